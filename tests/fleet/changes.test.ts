/** A real control plane and real gateways of it, in one process. */
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Gateway, Labels } from '@tollkeeper/contract';
import { type Fleet, type FleetOptions, startFleet } from '@tollkeeper/gateway-core';
import { decide } from '@tollkeeper/verify';
import { beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import type { Client } from '../../apps/control-plane/src/testing/client.ts';
import { makeJoinKey } from '../../apps/control-plane/src/testing/fleet.ts';
import { join as joinOrganization } from '../../apps/control-plane/src/testing/join.ts';
import { makeCallKey } from '../../apps/control-plane/src/testing/keys.ts';
import {
  defaultWorkspace,
  startOrganization,
} from '../../apps/control-plane/src/testing/start-organization.ts';
import type { TestApp } from '../../apps/control-plane/src/testing/test-app.ts';

const WAIT = { interval: 5 };

let app: TestApp;
let owner: Client;
let workspaceId: string;

beforeAll(async () => {
  ({ app, owner } = await startOrganization());
  workspaceId = await defaultWorkspace(owner);
});

async function makeStateDir(): Promise<string> {
  const parent = await mkdtemp(join(tmpdir(), 'tollkeeper-'));
  onTestFinished(() => rm(parent, { recursive: true, force: true }));
  return join(parent, 'state');
}

async function start(options: Partial<FleetOptions> = {}, labels: Labels = {}): Promise<Fleet> {
  const silent = () => undefined;
  const joinKey = await makeJoinKey(owner, { workspaceId, labels });
  const fleet = await startFleet({
    controlPlane: app.baseUrl,
    joinKey: joinKey.secret,
    stateDir: options.stateDir ?? (await makeStateDir()),
    name: 'edge-1',
    softwareVersion: '0.1.0',
    hostname: 'edge-1.example.com',
    staleMaxMs: null,
    log: { debug: silent, info: silent, warn: silent, error: silent },
    ...options,
  });
  onTestFinished(() => fleet.close());
  return fleet;
}

function decided(fleet: Fleet, secret: string): string {
  const keys = fleet.keys();
  if (typeof keys === 'string') return keys;
  return decide(keys.index, { secret, workspaceId: keys.workspaceId }, Date.now()).code;
}

async function listed(fleet: Fleet): Promise<Gateway> {
  return (await owner.get<Gateway>(`/v1/gateways/${fleet.status().gatewayId}`)).body;
}

test('a gateway decides with the keys that stand when it joins', async () => {
  const key = await makeCallKey(app, owner);

  const fleet = await start({}, { region: 'eu-1' });

  expect(decided(fleet, key.secret)).toBe('valid');
  await vi.waitFor(async () => {
    expect(await listed(fleet)).toMatchObject({
      name: 'edge-1',
      labels: { region: 'eu-1' },
      state: 'connected',
      softwareVersion: '0.1.0',
      appliedVersion: fleet.status().version,
    });
  }, WAIT);
  expect(fleet.status()).toMatchObject({ labels: { region: 'eu-1' }, fault: null });
});

test('a change reaches the gateway, and the control plane hears that it did', async () => {
  const key = await makeCallKey(app, owner);
  const fleet = await start();

  expect((await owner.post(`/v1/api-keys/${key.id}/revoke`, {})).status).toBe(200);

  await vi.waitUntil(() => decided(fleet, key.secret) === 'revoked', WAIT);
  await vi.waitFor(async () => {
    const { body } = await owner.get<{ gateways: object[] }>(`/v1/api-keys/${key.id}/propagation`);
    expect(body.gateways).toContainEqual(
      expect.objectContaining({
        gatewayId: fleet.status().gatewayId,
        applied: true,
        tookMs: expect.any(Number),
      }),
    );
  }, WAIT);
});

test('a suspended owner stops their keys at the gateway, and revives them', async () => {
  const { client, memberId } = await joinOrganization(app, owner, 'Grace', 'role_developer');
  const key = await makeCallKey(app, client);
  const fleet = await start();
  expect(decided(fleet, key.secret)).toBe('valid');

  await owner.post(`/v1/members/${memberId}/suspend`);
  await vi.waitUntil(() => decided(fleet, key.secret) === 'owner_inactive', WAIT);
  await owner.post(`/v1/members/${memberId}/reinstate`);
  await vi.waitUntil(() => decided(fleet, key.secret) === 'valid', WAIT);
});

test('a change made while the gateway was away is not lost', async () => {
  const key = await makeCallKey(app, owner);
  const stateDir = await makeStateDir();
  await (await start({ stateDir })).close();
  await owner.post(`/v1/api-keys/${key.id}/disable`);

  const fleet = await start({ stateDir, joinKey: undefined });

  await vi.waitUntil(() => decided(fleet, key.secret) === 'disabled', WAIT);
});

test('a key that is confined to another workspace is unknown to the gateway', async () => {
  const made = await owner.post<{ id: string }>('/v1/workspaces', {
    name: 'elsewhere',
    environment: 'live',
  });
  const key = await makeCallKey(app, owner, { workspaceId: made.body.id });

  const fleet = await start();

  expect(decided(fleet, key.secret)).toBe('not_found');
});

test('calls are counted at the control plane, once', async () => {
  const key = await makeCallKey(app, owner);
  const fleet = await start();
  const { memberId } = key.createdBy;
  const subject = { keyId: key.id, ownerId: memberId, workspaceId: null };
  for (let count = 0; count < 3; count++) fleet.count(subject, true, Date.now());
  fleet.count(subject, false, Date.now());
  fleet.flush();

  await vi.waitFor(async () => {
    const { body } = await owner.get(`/v1/api-keys/${key.id}/usage`);
    expect(body).toMatchObject({ accepted: 3, denied: 1 });
  }, WAIT);
  // The control plane has stored them before its acknowledgment arrives.
  await vi.waitFor(() => expect(fleet.status().spooledCalls).toBe(0), WAIT);
});

test('a gateway that is removed denies every request', async () => {
  const key = await makeCallKey(app, owner);
  const fleet = await start();

  expect((await owner.delete(`/v1/gateways/${fleet.status().gatewayId}`)).status).toBe(204);

  await vi.waitUntil(() => decided(fleet, key.secret) === 'gateway_removed', WAIT);
  expect(fleet.status().fault).toContain('was removed from the fleet');
});

test('a gateway that is removed while it is away denies every request when it comes back', async () => {
  const key = await makeCallKey(app, owner);
  const stateDir = await makeStateDir();
  const before = await start({ stateDir });
  await before.close();
  await owner.delete(`/v1/gateways/${before.status().gatewayId}`);

  const fleet = await start({ stateDir, joinKey: undefined });

  await vi.waitUntil(() => decided(fleet, key.secret) === 'gateway_removed', WAIT);
});

test('the snapshot of another workspace is refused, reported, and replaced', async () => {
  const key = await makeCallKey(app, owner, { workspaceId });
  const made = await owner.post<{ id: string }>('/v1/workspaces', {
    name: 'beyond',
    environment: 'live',
  });
  const joinKey = await makeJoinKey(owner, { workspaceId: made.body.id });
  const [ownDir, otherDir] = [await makeStateDir(), await makeStateDir()];
  await (await start({ stateDir: ownDir })).close();
  await (await start({ stateDir: otherDir, joinKey: joinKey.secret })).close();
  await copyFile(join(ownDir, 'snapshot'), join(otherDir, 'snapshot'));

  const fleet = await start({ stateDir: otherDir, joinKey: undefined });

  expect(decided(fleet, key.secret)).toBe('not_found');
  expect(fleet.status()).toMatchObject({ connected: true, fault: null });
  await vi.waitUntil(
    () => app.logged.some((line) => /"reason":"foreign".*gateway rejected a message/.test(line)),
    WAIT,
  );
});

test('no gateway joins with a refused join key', async () => {
  const joinKey = await makeJoinKey(owner, { workspaceId });
  await start({ joinKey: joinKey.secret });

  await expect(start({ joinKey: joinKey.secret })).rejects.toMatchObject({ code: 'join_refused' });
});
