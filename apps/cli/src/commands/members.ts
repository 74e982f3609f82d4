import { type Member, memberId } from '@tollkeeper/contract';
import type { Client } from '@tollkeeper/sdk';
import { required, text, YES } from '../command/option.ts';
import { argument, type Noun, verb } from '../command/verb.ts';
import { listAll, pickOne } from '../lookup.ts';
import { asTable, printLine } from '../output.ts';
import { confirm, requireYesOrTerminal } from '../prompt.ts';
import { connect } from '../session/connect.ts';
import { counted, relativeTime } from '../text/format.ts';
import type { Column } from '../text/table.ts';
import { findRoleId } from './roles.ts';

const MEMBER = argument('member', '"me", an id, an email or an exact name');

const COLUMNS: readonly Column<Member>[] = [
  { title: 'NAME', cell: ({ name }) => name, widthMin: 12 },
  {
    title: 'EMAIL',
    cell: ({ email, emailVerified }) => (emailVerified ? email : `${email} (not confirmed)`),
    widthMin: 16,
  },
  { title: 'ROLE', cell: ({ roleName }) => roleName, widthMin: 8 },
  {
    title: 'STATUS',
    cell: ({ status }) => `● ${status}`,
    color: ({ status }) => (status === 'active' ? 'green' : 'yellow'),
  },
  { title: 'KEYS', cell: ({ keysCount }) => String(keysCount), align: 'right' },
  { title: 'LAST SEEN', cell: ({ lastSeenAt }, now) => relativeTime(lastSeenAt, now) },
  { title: 'ID', cell: ({ id }) => id, optional: true },
];

const list = verb({
  name: 'list',
  alias: 'ls',
  summary: 'List all members, with their roles and numbers of keys',
  run: async ({ ctx }) => {
    const { client } = await connect(ctx);
    return listAll((query) => client.listMembers({ query }));
  },
  print: asTable(COLUMNS),
});

const update = verb({
  name: 'update',
  summary: 'Give a member another role, which limits their keys at once',
  examples: ['members update eve@example.com --role developer'],
  args: [MEMBER],
  options: { role: required(text('role', 'Role that the member gets: id or name')) },
  run: async ({ ctx, args: [reference], options: { role } }) => {
    const { client } = await connect(ctx);
    const id = await findMemberId(client, reference);
    const roleId = await findRoleId(client, role);
    return client.updateMember({ params: { id }, body: { roleId } });
  },
  print: (ctx, { name, email, roleName }) =>
    printLine(ctx, `${name} (${email}) is now ${roleName}.`),
});

const suspend = verb({
  name: 'suspend',
  summary: 'Refuse the sessions and keys of a member until they are reinstated',
  args: [MEMBER],
  run: async ({ ctx, args: [reference] }) => {
    const { client } = await connect(ctx);
    return client.suspendMember({ params: { id: await findMemberId(client, reference) } });
  },
  print: (ctx, { name, email }) =>
    printLine(ctx, `Suspended ${name} (${email}). "tollkeeper members reinstate" undoes it.`),
});

const reinstate = verb({
  name: 'reinstate',
  summary: 'Reinstate a suspended member, whose keys work again',
  args: [MEMBER],
  run: async ({ ctx, args: [reference] }) => {
    const { client } = await connect(ctx);
    return client.reinstateMember({ params: { id: await findMemberId(client, reference) } });
  },
  print: (ctx, { name, email }) => printLine(ctx, `Reinstated ${name} (${email}).`),
});

const remove = verb({
  name: 'remove',
  summary: 'Remove a member, and revoke their keys or hand them over',
  examples: ['members remove eve@example.com', 'members remove eve@example.com --hand-over-to me'],
  args: [MEMBER],
  options: {
    handOverTo: text(
      'member',
      'Member who receives the keys; their role limits the keys from then on',
    ),
    yes: YES,
  },
  json: 'nothing',
  run: async ({ ctx, args: [reference], options: { handOverTo, yes } }) => {
    const { client } = await connect(ctx);
    const member = await findMember(client, reference);
    const heir = handOverTo === undefined ? undefined : await findMember(client, handOverTo);
    requireYesOrTerminal(ctx, yes);
    const keys = `their ${counted(member.keysCount, 'key')}`;
    const fate = heir ? `handed over to ${heir.name} (${heir.email})` : 'revoked for good';
    if (!yes) {
      const what = `This removes ${member.name}; ${keys} will be ${fate}.`;
      await confirm(ctx, { what, ask: `"${member.email}"`, answer: member.email });
    }
    await client.removeMember({
      params: { id: member.id },
      query: heir ? { handOverTo: heir.id } : {},
    });
    return { member, keys, fate };
  },
  print: (ctx, { member: { name, email }, keys, fate }) =>
    printLine(ctx, `Removed ${name} (${email}); ${keys}: ${fate}.`),
});

export const members: Noun = {
  notes: '<member> is "me", an id, an email or an exact name.',
  verbs: [list, update, suspend, reinstate, remove],
};

/**
 * The id of the member that a person means by `me`, an id, an email or an exact name. Throws
 * Failure if none or several.
 */
export async function findMemberId(client: Client, reference: string): Promise<string> {
  if (memberId.safeParse(reference).success) return reference;
  if (reference === 'me') return (await client.whoami()).member.id;
  return (await findMember(client, reference)).id;
}

/** The member that a person means, as the list of members shows them. */
export async function findMember(client: Client, reference: string): Promise<Member> {
  const wanted = reference === 'me' ? await findMemberId(client, 'me') : reference;
  const { data } = await listAll((query) => client.listMembers({ query }));
  return pickOne(membersMeant(data, wanted), reference, {
    kind: 'member',
    advice: 'Give "me", an email, an exact name or an id that starts with "mem_".',
    candidate: ({ id, email, name }) => `${id}  ${email}  ${name}`,
  });
}

/** An id or email wins: people choose their names, and could take another's email as theirs. */
function membersMeant(members: readonly Member[], reference: string): readonly Member[] {
  const email = reference.toLowerCase();
  const exact = members.filter(
    (member) => member.id === reference || member.email.toLowerCase() === email,
  );
  return exact.length > 0 ? exact : members.filter(({ name }) => name === reference);
}
