import { type ApiKey, apiKeyId } from '@tollkeeper/contract';
import { ApiError, type Client } from '@tollkeeper/sdk';
import type { CliContext } from '../../cli-context.ts';
import { argument, argumentList } from '../../command/verb.ts';
import { Failure } from '../../failure.ts';
import { listAll, pickOne, refuseSecret } from '../../lookup.ts';
import { connect } from '../../session/connect.ts';

export const KEY = argument('key', 'Id, exact name or visible prefix');
export const KEYS = argumentList('key', 'Ids, exact names or visible prefixes');

/** Connects and finds the key that a command is about. Throws Failure. */
export async function openKey(
  ctx: CliContext,
  reference: string,
): Promise<{ client: Client; key: ApiKey; params: { id: string } }> {
  const { client } = await connect(ctx);
  const key = await findKey(client, reference);
  return { client, key, params: { id: key.id } };
}

/**
 * Connects and finds the keys that a command is about, each once. Throws Failure if one of them
 * cannot be found: then nothing has been changed.
 */
export async function openKeys(
  ctx: CliContext,
  references: readonly string[],
): Promise<{ client: Client; keys: readonly ApiKey[] }> {
  const { client } = await connect(ctx);
  const keys = new Map<string, ApiKey>();
  for (const reference of references) {
    const key = await findKey(client, reference).catch((error: unknown) => {
      throw references.length > 1 ? withoutChange(error) : error;
    });
    keys.set(key.id, key);
  }
  return { client, keys: [...keys.values()] };
}

/** With several keys on the command line, an error also has to say that the others are unchanged. */
function withoutChange(error: unknown): unknown {
  if (error instanceof ApiError) {
    const detail = `${error.problem.detail} ${NOTHING_CHANGED}`;
    return new ApiError({ ...error.problem, detail });
  }
  if (!(error instanceof Failure)) return error;
  const { exitCode, message, details, cause } = error;
  return new Failure(exitCode, message, { cause, details: [...details, NOTHING_CHANGED] });
}

const NOTHING_CHANGED = 'No key was changed.';

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

/** An id is not looked up: of a deleted key, nothing else is left. Throws Failure. */
export async function findKeyId(client: Client, reference: string): Promise<string> {
  if (apiKeyId.safeParse(reference).success) return reference;
  return (await findKey(client, reference)).id;
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
