import type { Gateway } from '@tollkeeper/contract';
import type { Client } from '@tollkeeper/sdk';
import type { Cli } from '../../cli.ts';
import { findGateway } from '../../find-gateway.ts';
import { connect } from '../../session/connect.ts';

export const GATEWAY_ARGUMENT = ['<gateway>', 'id or exact name'] as const;

/** Connects and finds the gateway that a command is about. */
export async function openGateway(
  { io }: Cli,
  reference: string,
): Promise<{ client: Client; gateway: Gateway; params: { id: string } }> {
  const { client } = await connect(io);
  const gateway = await findGateway(client, reference);
  return { client, gateway, params: { id: gateway.id } };
}
