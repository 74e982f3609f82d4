import type { ApiKey } from '@tollkeeper/contract';
import type { Client } from '@tollkeeper/sdk';
import type { Cli } from '../../cli.ts';
import { findKey } from '../../find-key.ts';
import { connect } from '../../session/connect.ts';

export const KEYS_ARGUMENT = ['<key...>', 'ids, exact names or visible prefixes'] as const;

/**
 * Connects and finds the keys that a command is about, each once. Throws Failure if one of them
 * cannot be found: then nothing has been changed.
 */
export async function openKeys(
  { io }: Cli,
  references: readonly string[],
): Promise<{ client: Client; keys: readonly ApiKey[] }> {
  const { client } = await connect(io);
  const keys = new Map<string, ApiKey>();
  for (const reference of references) {
    const key = await findKey(client, reference);
    keys.set(key.id, key);
  }
  return { client, keys: [...keys.values()] };
}
