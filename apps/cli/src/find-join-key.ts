import type { JoinKey } from '@tollkeeper/contract';
import type { Client } from '@tollkeeper/sdk';
import { listAll } from './list-all.ts';
import { pickOne } from './pick-one.ts';
import { refuseSecret } from './session/api-key-text.ts';

/** The join key that a person means by an id, an exact name or a visible prefix. Throws Failure. */
export async function findJoinKey(client: Client, reference: string): Promise<JoinKey> {
  refuseSecret(reference);
  const { data } = await listAll(Number.POSITIVE_INFINITY, (query) =>
    client.listJoinKeys({ query }),
  );
  const prefix = reference.replace(/(?:…|\.\.\.)$/, '');
  const byId = data.filter(({ id }) => id === reference);
  const called = data.filter((each) => each.name === reference || each.prefix === prefix);
  return pickOne(byId.length > 0 ? byId : called, reference, {
    kind: 'join key',
    advice: 'Run "tollkeeper join-keys list" to see them.',
    candidate: (each) => `${each.id}  ${each.prefix}  ${each.status}  ${each.name}`,
  });
}
