import type { ApiKey } from '@tollkeeper/contract';
import type { Client } from '@tollkeeper/sdk';
import type { Cli } from '../../cli.ts';
import { findKey } from '../../find-key.ts';
import { connect } from '../../session/connect.ts';

export const KEY_ARGUMENT = ['<key>', 'id, exact name or visible prefix'] as const;

/** Connects and finds the key that a command is about. */
export async function openKey(
  { io }: Cli,
  reference: string,
): Promise<{ client: Client; key: ApiKey; params: { id: string } }> {
  const { client } = await connect(io);
  const key = await findKey(client, reference);
  return { client, key, params: { id: key.id } };
}
