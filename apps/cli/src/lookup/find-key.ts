import { type ApiKey, apiKeyId } from '@tollkeeper/contract';
import type { Client } from '@tollkeeper/sdk';
import { refuseSecret } from '../session/api-key-text.ts';
import { listAll } from './list-all.ts';
import { pickOne } from './pick-one.ts';

const NAME_MAX = 64;

/**
 * The one key that a person means by an id, an exact name or a visible prefix.
 * Throws Failure if there is none, or more than one: then it lists them.
 */
export async function findKey(client: Client, reference: string): Promise<ApiKey> {
  refuseSecret(reference);
  if (apiKeyId.safeParse(reference).success) return keyById(client, reference);
  const keys = await keysCalled(client, reference);
  return pickOne(keys, reference, {
    kind: 'key',
    advice: 'Run "tollkeeper keys list" to see those that you may manage.',
    candidate,
  });
}

async function keyById(client: Client, id: string): Promise<ApiKey> {
  const { scopesInForce: _, decision: __, ...key } = await client.getKey({ params: { id } });
  return key;
}

async function keysCalled(client: Client, reference: string): Promise<ApiKey[]> {
  const called = reference.replace(/(?:…|\.\.\.)$/, '');
  const search = called.trim();
  if (search === '' || called.length > NAME_MAX) return [];
  const { data } = await listAll((page) => {
    return client.listKeys({ query: { ...page, search } });
  });
  return data.filter(({ name, prefix }) => name === reference || prefix === called);
}

function candidate({ id, name, prefix, state }: ApiKey): string {
  return `${id}  ${prefix}  ${state}  ${name}`;
}
