import { INVITATION_BLOCKS, type Invitation, type InvitationWithLink } from '@tollkeeper/contract';
import type { Client } from '@tollkeeper/sdk';
import type { CliContext } from '../cli-context.ts';
import { required, text, YES } from '../command/option.ts';
import { argument, type Noun, verb } from '../command/verb.ts';
import { EXIT, Failure } from '../failure.ts';
import { listAll, pickOne } from '../lookup.ts';
import { asTable, hint, printLine } from '../output.ts';
import { agree, requireYesOrTerminal } from '../prompt.ts';
import { connect } from '../session/connect.ts';
import { relativeTime } from '../text/format.ts';
import type { Color, Column } from '../text/table.ts';
import { findRoleId } from './roles.ts';

const INVITATION = argument('invitation', 'Id or invited email');

const STATUS_COLORS = {
  active: 'green',
  expired: 'dim',
  blocked: 'red',
  'mail failed': 'red',
} as const satisfies Readonly<Record<string, Color>>;

function statusOf({ status, mailFailedAt }: Invitation): keyof typeof STATUS_COLORS {
  return status === 'active' && mailFailedAt ? 'mail failed' : status;
}

const COLUMNS: readonly Column<Invitation>[] = [
  { title: 'EMAIL', cell: ({ email }) => email, widthMin: 16 },
  { title: 'ROLE', cell: ({ roleName }) => roleName, widthMin: 8 },
  {
    title: 'STATUS',
    cell: (invitation) => `● ${statusOf(invitation)}`,
    color: (invitation) => STATUS_COLORS[statusOf(invitation)],
  },
  { title: 'INVITED BY', cell: ({ invitedBy }) => invitedBy.name, widthMin: 8 },
  { title: 'EXPIRES', cell: ({ expiresAt }, now) => relativeTime(expiresAt, now) },
  { title: 'ID', cell: ({ id }) => id, optional: true },
];

const list = verb({
  name: 'list',
  alias: 'ls',
  summary: 'List the invitations that nobody has accepted yet',
  run: async ({ ctx }) => {
    const { client } = await connect(ctx);
    return listAll((query) => client.listInvitations({ query }));
  },
  print: asTable(COLUMNS, {
    empty: 'There are no open invitations.',
    remark: ({ id, email, blockedBy, mailFailedAt }) => {
      if (blockedBy) return `"${email}" cannot accept for now. ${INVITATION_BLOCKS[blockedBy]}`;
      if (!mailFailedAt) return undefined;
      return `The mail to "${email}" could not be sent: run "tollkeeper invitations resend ${id}".`;
    },
  }),
});

const create = verb({
  name: 'create',
  summary: 'Invite a person by mail, or print the link if no mail server is configured',
  examples: ['invitations create eve@example.com --role developer'],
  args: [argument('email', 'Address of the person to invite')],
  options: { role: required(text('role', 'Role that the person gets: id or name')) },
  run: async ({ ctx, args: [email], options: { role } }) => {
    const { client } = await connect(ctx);
    const roleId = await findRoleId(client, role);
    return client.createInvitation({ body: { email, roleId } }, { idempotencyKey: ctx.createId() });
  },
  check: requireLink,
  print: (ctx, invitation) => {
    const { email, roleName } = invitation;
    printInvitation(ctx, invitation, `Invited ${email} as ${roleName}`);
  },
});

const resend = verb({
  name: 'resend',
  summary: 'Send a new link, which replaces the previous one',
  args: [INVITATION],
  run: async ({ ctx, args: [reference] }) => {
    const { client } = await connect(ctx);
    const { id } = await findInvitation(client, reference);
    return client.resendInvitation({ params: { id } });
  },
  check: requireLink,
  print: (ctx, invitation) => {
    const { email } = invitation;
    printInvitation(ctx, invitation, `Renewed the invitation of ${email}; its old link is invalid`);
  },
});

const withdraw = verb({
  name: 'withdraw',
  summary: 'Withdraw an invitation, whose link stops working',
  args: [INVITATION],
  options: { yes: YES },
  json: 'nothing',
  run: async ({ ctx, args: [reference], options: { yes } }) => {
    const { client } = await connect(ctx);
    const { id, email } = await findInvitation(client, reference);
    requireYesOrTerminal(ctx, yes);
    if (!yes)
      await agree(ctx, `Withdraw the invitation of ${email}? Its link stops working for good.`);
    await client.withdrawInvitation({ params: { id } });
    return { email };
  },
  print: (ctx, { email }) => printLine(ctx, `Withdrew the invitation of ${email}.`),
});

export const invitations: Noun = {
  notes: '<invitation> is an id or the invited email.',
  verbs: [list, create, resend, withdraw],
};

/** The open invitation that a person means by an id or its email. Throws Failure if there is none. */
async function findInvitation(client: Client, reference: string): Promise<Invitation> {
  const { data } = await listAll((query) => client.listInvitations({ query }));
  const email = reference.toLowerCase();
  const found = data.filter((each) => each.id === reference || each.email.toLowerCase() === email);
  return pickOne(found, reference, {
    kind: 'invitation',
    advice: 'Run "tollkeeper invitations list" to see the open ones.',
    candidate: (each) => `${each.id}  ${each.email}  ${each.roleName}`,
  });
}

/** Throws Failure if no mail was sent and the answer has no link: the API shows a link only once. */
function requireLink({ id, email, sent, link }: InvitationWithLink): void {
  if (sent || link !== undefined) return;
  const advice = `Run "tollkeeper invitations resend ${id}" for a new one.`;
  throw new Failure(EXIT.unexpected, `${email} is invited, but the link was lost. ${advice}`);
}

/** Prints the link alone on standard output, where no mail was sent. */
function printInvitation(
  ctx: CliContext,
  { link, expiresAt }: InvitationWithLink,
  done: string,
): void {
  const text = `${done}. The invitation expires ${relativeTime(expiresAt, ctx.now())}.`;
  if (link === undefined) {
    printLine(ctx, `${text} The link was sent by mail.`);
  } else {
    hint(ctx, text);
    hint(ctx, 'No mail was sent. Hand this link over yourself; it is shown only once:');
    printLine(ctx, link);
  }
}
