import { JOIN_KEY_BLOCKS, type JoinKey, type JoinKeyWithSecret } from '@tollkeeper/contract';
import type { Client } from '@tollkeeper/sdk';
import type { CliContext } from '../cli-context.ts';
import { given, NAME, parsed, text, words, YES } from '../command/option.ts';
import { findName, parseLabels, readCount, readDuration } from '../command/option-values.ts';
import { argument, type Noun, optionalArgument, verb } from '../command/verb.ts';
import { EXIT, Failure } from '../failure.ts';
import { listAll, pickOne, refuseSecret } from '../lookup.ts';
import { asTable, hint, printLine } from '../output.ts';
import { agree, requireYesOrTerminal } from '../prompt.ts';
import { connect } from '../session/connect.ts';
import { counted, formatLabels, relativeTime } from '../text/format.ts';
import type { Color, Column } from '../text/table.ts';
import { findWorkspaceId, workspaceNames } from './workspaces.ts';

const STATUS_COLORS: Readonly<Record<JoinKey['status'], Color>> = {
  active: 'green',
  used_up: 'dim',
  expired: 'dim',
  blocked: 'red',
};

const COLUMNS: readonly Column<JoinKey & { readonly workspaceName: string }>[] = [
  { title: 'NAME', cell: ({ name }) => name, widthMin: 12 },
  { title: 'PREFIX', cell: ({ prefix }) => prefix },
  {
    title: 'STATUS',
    cell: ({ status }) => `● ${status.replace('_', ' ')}`,
    color: ({ status }) => STATUS_COLORS[status],
  },
  { title: 'USED', cell: ({ usesCount, usesMax }) => `${usesCount} of ${usesMax}` },
  {
    title: 'EXPIRES',
    // Once it is used up, it admits nothing more, whatever time is left.
    cell: ({ status, expiresAt }, now) =>
      status === 'used_up' ? '–' : relativeTime(expiresAt, now),
  },
  { title: 'WORKSPACE', cell: ({ workspaceName }) => workspaceName, widthMin: 9, optional: true },
  { title: 'LABELS', cell: ({ labels }) => formatLabels(labels), widthMin: 8, optional: true },
  { title: 'CREATED BY', cell: ({ createdBy }) => createdBy.name, widthMin: 8, optional: true },
];

const list = verb({
  name: 'list',
  alias: 'ls',
  summary: 'List join keys, used and expired ones included',
  options: {
    workspace: text('workspace', 'List only the join keys of this workspace: id or name'),
  },
  run: async ({ ctx, options: { workspace }, json }) => {
    const { client } = await connect(ctx);
    const filter = workspace ? { workspaceId: await findWorkspaceId(client, workspace) } : {};
    const page = await listAll((query) => client.listJoinKeys({ query: { ...filter, ...query } }));
    const names = json || page.data.length === 0 ? undefined : await workspaceNames(client);
    const data = page.data.map((joinKey) => {
      const { workspaceId } = joinKey;
      return { ...joinKey, workspaceName: names?.get(workspaceId) ?? workspaceId };
    });
    return { page, data };
  },
  answer: ({ page }) => page,
  print: asTable(COLUMNS, {
    empty: 'There are no join keys. Run "tollkeeper join-keys create" to add a gateway.',
    remark: ({ name, blockedBy }) =>
      blockedBy
        ? `"${name}" admits no gateway at present. ${JOIN_KEY_BLOCKS[blockedBy]}`
        : undefined,
  }),
});

const create = verb({
  name: 'create',
  summary: 'Create a join key and print its secret, which is shown only once',
  examples: [
    'join-keys create "eu-west edge" --label region=eu-1',
    'join-keys create --lifetime 7d --uses 5',
  ],
  args: [optionalArgument('name', 'What it is for, such as "eu-west edge"')],
  options: {
    name: NAME,
    workspace: text('workspace', 'Workspace whose fleet the gateways join: id or name'),
    lifetime: parsed(
      'duration',
      'How long gateways can join with it, such as 30m or 7d (default: 1h)',
      readDuration,
    ),
    uses: parsed('count', 'How many gateways can join with it (default: 1)', readCount),
    label: words('label', 'Labels of every gateway that joins with it, such as region=eu-1'),
  },
  run: async ({ ctx, args: [argument], options }) => {
    const name = findName(argument, options);
    const labels = options.label && parseLabels(options.label);
    const { client, url } = await connect(ctx);
    const { workspace, lifetime, uses } = options;
    const workspaceId = workspace ? await findWorkspaceId(client, workspace) : undefined;
    const body = given({ name, workspaceId, lifetimeSeconds: lifetime, usesMax: uses, labels });
    const joinKey = await client.createJoinKey({ body }, { idempotencyKey: ctx.createId() });
    return { joinKey, url };
  },
  answer: ({ joinKey }) => joinKey,
  check: ({ joinKey }) => requireSecret(joinKey),
  print: (ctx, { joinKey, url }) => printSecret(ctx, joinKey, url),
});

const remove = verb({
  name: 'delete',
  summary: 'Delete a join key; gateways that have already joined stay connected',
  args: [argument('join key', 'Id, exact name or visible prefix')],
  options: { yes: YES },
  json: 'nothing',
  run: async ({ ctx, args: [reference], options: { yes } }) => {
    const { client } = await connect(ctx);
    const joinKey = await findJoinKey(client, reference);
    requireYesOrTerminal(ctx, yes);
    const { name, prefix } = joinKey;
    if (!yes) await agree(ctx, `Delete the join key "${name}" (${prefix}…) for good?`);
    await client.deleteJoinKey({ params: { id: joinKey.id } });
    return joinKey;
  },
  print: (ctx, { name, prefix }) => printLine(ctx, `Deleted the join key "${name}" (${prefix}…).`),
});

export const joinKeys: Noun = {
  notes: '<join key> is an id, an exact name, or a visible prefix such as tk_join_a1b2.',
  verbs: [list, create, remove],
};

/** The join key that a person means by an id, an exact name or a visible prefix. Throws Failure. */
async function findJoinKey(client: Client, reference: string): Promise<JoinKey> {
  refuseSecret(reference);
  const { data } = await listAll((query) => client.listJoinKeys({ query }));
  const prefix = reference.replace(/(?:…|\.\.\.)$/, '');
  const byId = data.filter(({ id }) => id === reference);
  const called = data.filter((each) => each.name === reference || each.prefix === prefix);
  return pickOne(byId.length > 0 ? byId : called, reference, {
    kind: 'join key',
    advice: 'Run "tollkeeper join-keys list" to see them.',
    candidate: (each) => `${each.id}  ${each.prefix}  ${each.status}  ${each.name}`,
  });
}

/** Throws Failure if the answer has no secret: the API shows it only once. */
function requireSecret({ id, secret }: JoinKeyWithSecret): void {
  if (secret !== undefined) return;
  const text = 'The join key exists, but its secret was lost with the connection.';
  const advice = `Run "tollkeeper join-keys delete ${id}" and create another one.`;
  throw new Failure(EXIT.unexpected, `${text} ${advice}`);
}

/** The secret alone on standard output, so that `KEY=$(tollkeeper join-keys create)` works. */
function printSecret(
  ctx: CliContext,
  { name, usesMax, expiresAt, secret = '' }: JoinKeyWithSecret,
  url: string,
): void {
  const expiry = relativeTime(expiresAt, ctx.now());
  hint(ctx, `Created "${name}" for ${counted(usesMax, 'gateway')}; it expires ${expiry}.`);
  hint(ctx, 'Its secret is shown only once:');
  printLine(ctx, secret);
  if (!ctx.stdout.isTTY) return;
  hint(
    ctx,
    "To run a gateway, run this in a clone of Tollkeeper on the gateway's machine, with the address of your API as --upstream:",
  );
  hint(
    ctx,
    `TOLLKEEPER_JOIN_KEY=${secret} npx tollkeeper gateway --control-plane ${url} --upstream http://127.0.0.1:3000`,
  );
}
