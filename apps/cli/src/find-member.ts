import { memberId } from '@tollkeeper/contract';
import type { Client } from '@tollkeeper/sdk';
import { EXIT } from './exit-codes.ts';
import { Failure } from './failure.ts';
import { listAll } from './list-all.ts';

/** The id of the member that a person means by `me`, an id or an email. Throws Failure if none. */
export async function findMemberId(client: Client, reference: string): Promise<string> {
  if (memberId.safeParse(reference).success) return reference;
  if (reference === 'me') return (await client.whoami()).member.id;
  const { data } = await listAll(Number.POSITIVE_INFINITY, (query) =>
    client.listMembers({ query }),
  );
  const email = reference.toLowerCase();
  const found = data.find((member) => member.email.toLowerCase() === email);
  if (found) return found.id;
  const advice = 'Give "me", an email or an id that starts with "mem_".';
  throw new Failure(EXIT.notFound, `There is no member "${reference}". ${advice}`);
}
