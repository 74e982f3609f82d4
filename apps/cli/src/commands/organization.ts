import type { RouteOutput, Routes } from '@tollkeeper/contract';
import type { CliContext } from '../cli-context.ts';
import { flag, given, parsed, text, YES } from '../command/option.ts';
import { readDays, requireChange } from '../command/option-values.ts';
import { argument, type Noun, verb } from '../command/verb.ts';
import { EXIT, Failure } from '../failure.ts';
import { hint, printFields, printLine } from '../output.ts';
import { ask, confirm, readSecret, requireYesOrTerminal } from '../prompt.ts';
import { type Connection, connect } from '../session/connect.ts';
import { counted, relativeAndExact } from '../text/format.ts';
import { EXPIRY_DAYS } from './keys/create-key.ts';
import { findMember } from './members.ts';

type Organization = RouteOutput<Routes['getOrganization']>;

const PASSWORD_STDIN = flag('Read your password from standard input; asked for on a terminal');

const show = verb({
  name: 'show',
  summary: 'Show the name, the plan and the settings',
  run: async ({ ctx }) => (await connect(ctx)).client.getOrganization(),
  print: printOrganization,
});

const update = verb({
  name: 'update',
  summary: 'Change the name or the settings',
  examples: ['organization update --default-expiry 90d'],
  options: {
    name: text('name', 'Name that people see'),
    slug: text('slug', 'Lower-case letters, digits and hyphens'),
    defaultExpiry: parsed(
      'days',
      'When new keys expire unless their creator says: 90, 90d, or never for no default',
      readDays,
    ),
  },
  run: async ({ ctx, options: { name, slug, defaultExpiry } }) => {
    const change = given({ name, slug, defaultExpiryDays: defaultExpiry });
    const body = requireChange(change, '--name, --slug or --default-expiry');
    const { client } = await connect(ctx);
    return client.updateOrganization({ body });
  },
  print: (ctx, organization) => {
    hint(ctx, 'Saved.');
    printOrganization(ctx, organization);
  },
});

const transfer = verb({
  name: 'transfer',
  summary: 'Make another member the owner; you become an admin',
  args: [argument('member', 'Id, email or exact name of an active member')],
  options: { yes: YES, passwordStdin: PASSWORD_STDIN },
  run: async ({ ctx, args: [reference], options }) => {
    requireYesOrTerminal(ctx, options.yes);
    const connection = await connect(ctx);
    requirePasswordSource(ctx, connection, options);
    const { client } = connection;
    const member = await findMember(client, reference);
    if (!options.yes) {
      await confirm(ctx, {
        what: `This makes ${member.name} (${member.email}) the owner. Only they can undo it.`,
        ask: `"${member.email}"`,
        answer: member.email,
      });
    }
    const body = { memberId: member.id, ...(await readOwnPassword(ctx, connection)) };
    return { member, organization: await client.transferOrganization({ body }) };
  },
  answer: ({ organization }) => organization,
  print: (ctx, { member, organization }) =>
    printLine(ctx, `${member.name} (${member.email}) now owns ${organization.name}.`),
});

const remove = verb({
  name: 'delete',
  summary: 'Delete the organization: keys and sessions end at once, all data after 30 days',
  options: {
    name: text('name', 'Name of the organization, to confirm; asked for on a terminal'),
    yes: YES,
    passwordStdin: PASSWORD_STDIN,
  },
  json: 'nothing',
  run: async ({ ctx, options }) => {
    requireName(ctx, options);
    const connection = await connect(ctx);
    requirePasswordSource(ctx, connection, options);
    const { client } = connection;
    const { organization } = await client.whoami();
    const name =
      options.name ?? (options.yes ? organization.name : await askName(ctx, organization));
    if (name !== organization.name) {
      throw new Failure(EXIT.usage, 'That is not its name. Nothing was changed.');
    }
    await client.deleteOrganization({
      body: { name, ...(await readOwnPassword(ctx, connection)) },
    });
    return { name };
  },
  print: (ctx, { name }) => printLine(ctx, `Deleted ${name}. Its audit log is kept for 30 days.`),
});

export const organization: Noun = { verbs: [show, update, transfer, remove] };

const NO_DEFAULT = `none: "keys create" and the dashboard then use ${EXPIRY_DAYS} days`;

function printOrganization(ctx: CliContext, organization: Organization): void {
  const { name, id, slug, plan, defaultExpiryDays, createdAt } = organization;
  printFields(ctx, [
    ['Name', name],
    ['Id', id],
    ['Slug', slug],
    ['Plan', plan],
    ['Default expiry', defaultExpiryDays === null ? NO_DEFAULT : counted(defaultExpiryDays, 'day')],
    ['Created', relativeAndExact(createdAt, ctx.now())],
  ]);
}

function requireName(
  { stdin }: CliContext,
  { name, yes }: { readonly name: string | undefined; readonly yes: true | undefined },
): void {
  if (name !== undefined || yes || stdin.isTTY) return;
  const text =
    'This cannot be undone, and there is no terminal to confirm on. Add --name or --yes.';
  throw new Failure(EXIT.usage, text);
}

function askName(ctx: CliContext, { name }: { readonly name: string }): Promise<string> {
  hint(
    ctx,
    `This deletes ${name} and revokes every key. A subscription that pays for its plan is canceled at once, without a refund.`,
  );
  return ask(ctx, 'Type its name to continue:');
}

/** Throws Failure where the password could be neither asked for nor read. */
function requirePasswordSource(
  { stdin }: CliContext,
  { kind }: Connection,
  { passwordStdin }: { readonly passwordStdin: true | undefined },
): void {
  if (kind === 'apiKey' || stdin.isTTY || passwordStdin) return;
  const text =
    'This needs your password, and there is no terminal to ask on. Add --password-stdin.';
  throw new Failure(EXIT.usage, text);
}

/** Asks for the password of the signed-in person again; a key needs none. */
async function readOwnPassword(
  ctx: CliContext,
  { kind }: Connection,
): Promise<{ password?: string }> {
  return kind === 'apiKey' ? {} : { password: await readSecret(ctx, 'Your password:') };
}
