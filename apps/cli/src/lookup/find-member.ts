import { type Member, memberId } from '@tollkeeper/contract';
import type { Client } from '@tollkeeper/sdk';
import { listAll } from './list-all.ts';
import { pickOne } from './pick-one.ts';

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
