/** Gateways for tests as they are in production, but for their proxy. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Gateway } from '@tollkeeper/contract';
import { type Fleet, type FleetOptions, startFleet } from '@tollkeeper/gateway-core';
import { decide } from '@tollkeeper/verify';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import type { Client } from './client.ts';
import { makeJoinKey } from './fleet.ts';
import type { TestKey } from './start-organization.ts';

export interface RealGateway {
  readonly fleet: Fleet;
  readonly stateDir: string;
  readonly joinKey: string;
}

/** Joins the workspace; ends with the test. It tries again at once. */
export async function startRealGateway(
  { baseUrl }: { readonly baseUrl: string },
  creator: Client,
  workspaceId: string,
  options: Partial<FleetOptions> = {},
): Promise<RealGateway> {
  const parent = await mkdtemp(join(tmpdir(), 'tollkeeper-'));
  const stateDir = join(parent, 'state');
  const { secret: joinKey } = await makeJoinKey(creator, { workspaceId });
  const fleet = await startFleet({
    controlPlane: baseUrl,
    joinKey,
    stateDir,
    name: 'edge',
    softwareVersion: '0.0.0-test',
    hostname: 'edge.test',
    staleMaxMs: null,
    log: pino({ level: 'silent' }),
    random: () => 0,
    ...options,
  });
  onTestFinished(async () => {
    await fleet.close();
    await rm(parent, { recursive: true, force: true });
  });
  return { fleet, stateDir, joinKey };
}

/** What it decides about the key. */
export function codeOf(fleet: Fleet, { secret }: TestKey, nowMs = Date.now()): string {
  const keys = fleet.keys();
  if (typeof keys === 'string') return keys;
  const { organizationId, workspaceId, index } = keys;
  return decide(index, { secret, organizationId, workspaceId }, nowMs).code;
}

/** What the control plane knows of it. */
export async function viewOf(reader: Client, { status }: Fleet): Promise<Gateway> {
  return (await reader.get<Gateway>(`/v1/gateways/${status().gatewayId}`)).body;
}
