import type { ApiKey } from '@tollkeeper/contract';
import { ApiError, type Client } from '@tollkeeper/sdk';
import type { CliContext } from '../../cli-context.ts';
import { argument, argumentList } from '../../command/verb.ts';
import { Failure } from '../../failure.ts';
import { findKey } from '../../lookup/find-key.ts';
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
