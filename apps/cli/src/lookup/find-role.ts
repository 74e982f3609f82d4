import { type Role, roleId } from '@tollkeeper/contract';
import type { Client } from '@tollkeeper/sdk';
import { listAll } from './list-all.ts';
import { pickOne } from './pick-one.ts';

/** The id of the role that a person means by an id or a name. Throws Failure if there is none. */
export async function findRoleId(client: Client, reference: string): Promise<string> {
  if (roleId.safeParse(reference).success) return reference;
  return (await findRole(client, reference)).id;
}

/** The role that a person means by an id, or a name in any case. Throws Failure if there is none. */
export async function findRole(client: Client, reference: string): Promise<Role> {
  const { data } = await listAll((query) => client.listRoles({ query }));
  const byId = data.filter(({ id }) => id === reference);
  // No two roles have a name that differs in case only.
  const name = reference.trim().toLowerCase();
  const byName = data.filter((role) => role.name.trim().toLowerCase() === name);
  return pickOne(byId.length > 0 ? byId : byName, reference, {
    kind: 'role',
    advice: 'Run "tollkeeper roles list" to see them.',
    candidate: (role) => `${role.id}  ${role.name}`,
  });
}
