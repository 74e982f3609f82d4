import { type ApiKey, apiKeyId } from '@tollkeeper/contract';
import type { Client } from '@tollkeeper/sdk';
import { EXIT } from './exit-codes.ts';
import { Failure } from './failure.ts';
import { listAll } from './list-all.ts';
import { refuseSecret } from './session/api-key-text.ts';

const NAME_MAX = 64;

/**
 * The one key that a person means by an id, an exact name or a visible prefix.
 * Throws Failure if there is none, or more than one: then it lists them.
 */
export async function findKey(client: Client, reference: string): Promise<ApiKey> {
  refuseSecret(reference);
  if (apiKeyId.safeParse(reference).success) return keyById(client, reference);
  const keys = await keysCalled(client, reference);
  const [key, ...others] = keys;
  if (key === undefined) {
    const advice = 'Run "tollkeeper keys list" to see those that you may manage.';
    throw new Failure(EXIT.notFound, `There is no key "${reference}". ${advice}`);
  }
  if (others.length > 0) {
    const text = `"${reference}" fits ${keys.length} keys. Give the id of the one you mean:`;
    throw new Failure(EXIT.usage, text, { details: keys.map(candidate) });
  }
  return key;
}

async function keyById(client: Client, id: string): Promise<ApiKey> {
  const { scopesInForce: _, decision: __, ...key } = await client.getKey({ params: { id } });
  return key;
}

async function keysCalled(client: Client, reference: string): Promise<ApiKey[]> {
  const called = reference.replace(/(?:…|\.\.\.)$/, '');
  const search = called.trim();
  if (search === '' || called.length > NAME_MAX) return [];
  const { data } = await listAll(Number.POSITIVE_INFINITY, (page) => {
    return client.listKeys({ query: { ...page, search } });
  });
  return data.filter(({ name, prefix }) => name === reference || prefix === called);
}

function candidate({ id, name, prefix, status }: ApiKey): string {
  return `  ${id}  ${prefix}  ${status}  ${name}`;
}
