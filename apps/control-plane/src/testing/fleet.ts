/** Gateways for tests: join keys made and spent through the API, without a running gateway. */
import { randomBytes } from 'node:crypto';
import type { JoinedGateway, JoinKeyWithSecret } from '@tollkeeper/contract';
import type { Answer, Client } from './client.ts';
import type { Query } from './query-database.ts';
import { visitor } from './sign-in.ts';
import type { TestApp } from './test-app.ts';

export interface TestJoinKey extends JoinKeyWithSecret {
  readonly secret: string;
}

/** @param body what to ask for beside the defaults */
export async function makeJoinKey(
  creator: Client,
  body: Readonly<Record<string, unknown>> = {},
): Promise<TestJoinKey> {
  const made = await creator.post<JoinKeyWithSecret>('/v1/join-keys', body);
  const { secret } = made.body;
  if (made.status !== 201 || !secret) throw new Error(JSON.stringify(made.body));
  return { ...made.body, secret };
}

/**
 * What a gateway that joins asks; by default one that was never seen before.
 * @param ip as a proxy before the app says, which must trust it
 */
export function joinWith(
  app: Pick<TestApp, 'baseUrl'>,
  joinKey: string,
  fields: Readonly<Record<string, unknown>> = {},
  ip?: string,
): Promise<Answer<JoinedGateway>> {
  const publicKey = newPublicKey();
  const body = { joinKey, publicKey, name: 'edge', softwareVersion: '0.0.0-test', ...fields };
  const headers = ip === undefined ? {} : { 'x-forwarded-for': ip };
  return visitor(app).post<JoinedGateway>('/v1/gateways/join', body, headers);
}

export function newPublicKey(): string {
  return randomBytes(32).toString('base64url');
}

/** A gateway in the workspace, which has not connected, and the join key that admitted it. */
export async function joinFleet(
  app: Pick<TestApp, 'baseUrl'>,
  creator: Client,
  workspaceId: string,
  fields: Readonly<Record<string, unknown>> = {},
): Promise<{ joinKey: TestJoinKey; gateway: JoinedGateway }> {
  const joinKey = await makeJoinKey(creator, { workspaceId, usesMax: 100 });
  const joined = await joinWith(app, joinKey.secret, fields);
  if (joined.status !== 201) throw new Error(joined.problem.detail);
  return { joinKey, gateway: joined.body };
}

interface Connected {
  readonly instanceId?: string;
  readonly hostname?: string;
  /** How long ago it connected, in milliseconds. */
  readonly connectedMs?: number;
  /** How long ago the control plane last saw it, in milliseconds. */
  readonly silentMs?: number;
  readonly health?: Readonly<Record<string, unknown>>;
}

/** As if a control-plane process held a connection of the gateway. */
export async function connectGateway(
  query: Query,
  gatewayId: string,
  {
    instanceId = 'a'.repeat(32),
    hostname = 'host',
    connectedMs = 0,
    silentMs = 0,
    health,
  }: Connected = {},
): Promise<void> {
  await query(
    `insert into gateway_connection
       (gateway_id, instance_id, process_id, address, hostname, connected_at, seen_at, health)
     values ($1, $2, 'a process', '192.0.2.1', $3,
       clock_timestamp() - $4::int * interval '1 millisecond',
       clock_timestamp() - $5::int * interval '1 millisecond', $6)`,
    [gatewayId, instanceId, hostname, connectedMs, silentMs, health ?? null],
  );
  await query('update gateway set last_seen_at = now() where id = $1', [gatewayId]);
}

/** As if the gateway had said to decide with the version, at that moment. */
export async function applyVersion(
  query: Query,
  gatewayId: string,
  version: number,
  at: Date,
): Promise<void> {
  await query('insert into gateway_version (gateway_id, version, applied_at) values ($1, $2, $3)', [
    gatewayId,
    version,
    at,
  ]);
  await query('update gateway set applied_version = $2 where id = $1', [gatewayId, version]);
}

export async function versionOf(query: Query, workspaceId: string): Promise<number> {
  const [row] = await query<{ version: string }>('select version from workspace where id = $1', [
    workspaceId,
  ]);
  return Number(row?.version);
}
