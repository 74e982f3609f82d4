import type { Invitation } from '@tollkeeper/contract';
import type { Client } from '@tollkeeper/sdk';
import { listAll } from './list-all.ts';
import { pickOne } from './pick-one.ts';

/** The open invitation that a person means by an id or its email. Throws Failure if there is none. */
export async function findInvitation(client: Client, reference: string): Promise<Invitation> {
  const { data } = await listAll(Number.POSITIVE_INFINITY, (query) =>
    client.listInvitations({ query }),
  );
  const email = reference.toLowerCase();
  const found = data.filter((each) => each.id === reference || each.email.toLowerCase() === email);
  return pickOne(found, reference, {
    kind: 'invitation',
    advice: 'Run "tollkeeper invitations list" to see the open ones.',
    candidate: (each) => `${each.id}  ${each.email}  ${each.roleName}`,
  });
}
