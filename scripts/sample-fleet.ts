import { generateKeyPairSync } from 'node:crypto';
import type { JoinKeyWithSecret } from '@tollkeeper/contract';
import { sql } from 'drizzle-orm';
import type { App } from '../apps/control-plane/src/app.ts';
import type { Client } from '../apps/control-plane/src/testing/client.ts';

interface SampleGateway {
  readonly name: string;
  readonly labels: Record<string, string>;
  readonly ageDays: number;
  /** Where it is connected from; none is unreachable. */
  readonly hosts: readonly string[];
  readonly callsPerMinute: number;
  /** How many versions it lacks. */
  readonly behind?: number;
  readonly staleMaxMs?: number;
  readonly fault?: string;
}

const HOUR_MS = 3_600_000;

const SAMPLE_GATEWAYS: readonly SampleGateway[] = [
  {
    name: 'edge-fra-1',
    labels: { region: 'eu-central', tier: 'edge' },
    ageDays: 41,
    hosts: ['fra-1'],
    callsPerMinute: 1284,
    staleMaxMs: HOUR_MS,
  },
  {
    name: 'edge-fra-2',
    labels: { region: 'eu-central', tier: 'edge' },
    ageDays: 41,
    hosts: ['fra-2'],
    callsPerMinute: 1170,
    staleMaxMs: HOUR_MS,
  },
  {
    name: 'edge-iad-1',
    labels: { region: 'us-east', tier: 'edge' },
    ageDays: 12,
    hosts: ['iad-1'],
    callsPerMinute: 640,
    behind: 2,
  },
  {
    name: 'llm-proxy',
    labels: { team: 'research', upstream: 'llm' },
    ageDays: 6,
    hosts: [],
    callsPerMinute: 0,
    staleMaxMs: 24 * HOUR_MS,
  },
];

/** Gateways as if they ran, and a join key that waits for another two. */
export async function fillSampleFleet(app: App, owner: Client, workspaceId: string): Promise<void> {
  const { db } = app.services;
  for (const [index, sample] of SAMPLE_GATEWAYS.entries()) {
    const id = await joinFleet(owner, workspaceId, sample);
    await pretend(app, id, sample, index);
  }
  await owner.post('/v1/join-keys', {
    name: 'us-west edge',
    workspaceId,
    lifetimeSeconds: 86_400,
    usesMax: 2,
    labels: { region: 'us-west', tier: 'edge' },
  });
  await db.execute(sql`update join_key set expires_at = now() - interval '2 days'
    where name = 'llm-proxy'`);
}

async function joinFleet(
  owner: Client,
  workspaceId: string,
  { name, labels }: SampleGateway,
): Promise<string> {
  const created = await owner.post<JoinKeyWithSecret>('/v1/join-keys', {
    name,
    workspaceId,
    labels,
  });
  const joined = await owner.post<{ gatewayId: string }>('/v1/gateways/join', {
    joinKey: created.body.secret,
    publicKey: generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }).x,
    name,
    softwareVersion: '0.1.0',
  });
  if (joined.status !== 201) throw new Error(`No gateway "${name}": ${joined.problem.detail}`);
  return joined.body.gatewayId;
}

/** Writes what a running gateway would have reported; connected ones stay so for as long as an hour. */
async function pretend(
  app: App,
  id: string,
  { hosts, ageDays, callsPerMinute, behind = 0, staleMaxMs, fault }: SampleGateway,
  index: number,
): Promise<void> {
  const { db } = app.services;
  await db.execute(sql`update gateway g set
    created_at = now() - ${`${ageDays} days`}::interval,
    last_seen_at = now() + ${hosts.length > 0 ? '1 hour' : '-26 minutes'}::interval,
    applied_version = w.version - ${behind}::bigint, stale_max_ms = ${staleMaxMs ?? null}::bigint,
    software_version = '0.1.0'
    from workspace w where w.id = g.workspace_id and g.id = ${id}`);
  await db.execute(sql`insert into gateway_version
    select g.id, c.version, c.at + ${`${31 + 22 * index} milliseconds`}::interval
    from gateway g join workspace_change c on c.workspace_id = g.workspace_id
      and c.version <= g.applied_version where g.id = ${id}`);
  const health = JSON.stringify({
    callsPerMinute,
    cpuPercent: callsPerMinute / 130,
    memoryBytes: 71_000_000 + 9_000 * callsPerMinute,
    spooledCalls: 0,
    fault: fault ?? null,
  });
  for (const [at, host] of hosts.entries()) {
    await db.execute(sql`insert into gateway_connection
      (gateway_id, instance_id, process_id, address, hostname, connected_at, seen_at, health)
      values (${id}, ${`${id}-${at}`}, 'pictures', ${`10.20.${index}.${4 + at}`}, ${host},
        now() - interval '3 days', now() + interval '1 hour', ${health}::jsonb)`);
  }
}
