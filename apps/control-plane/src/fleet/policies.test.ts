import { authorize, createCounters, type Fleet, systemClock } from '@tollkeeper/gateway-core';
import { NO_SCOPES } from '@tollkeeper/verify';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type FleetWorld, startFleetWorld, WAIT } from '../testing/fleet-world.ts';
import type { GatewayClient } from '../testing/gateway-client.ts';
import { claimedOrganization } from '../testing/people.ts';
import { putTestPolicy, removeTestPolicy, type TestPolicy } from '../testing/policies.ts';
import { startRealGateway, viewOf } from '../testing/real-gateway.ts';
import { makeKey, type TestKey } from '../testing/start-organization.ts';

let world: FleetWorld;
let organizationId: string;
let key: TestKey;
let numbered = 0;

beforeAll(async () => {
  world = await startFleetWorld();
  ({ organizationId } = await claimedOrganization(world.app));
  key = await makeKey(world.app, world.owner, { profile: 'workspace' });
});

beforeEach(async () => {
  await world.query(`delete from policy where id like 'pol_9%'`);
});

/** A policy of the workspace that is not saved yet. */
function policyOf(text: string, facts: Partial<TestPolicy> = {}): TestPolicy {
  const id = `pol_9${String(numbered++).padStart(19, '0')}`;
  return { id, organizationId, workspaceId: world.workspaceId, text, ...facts };
}

const FORBID_GET = 'forbid (principal, action == Action::"GET", resource);';
const PERMIT_ALL = 'permit (principal, action, resource);';

/** What the gateway decides about a call of the key. */
function decided(fleet: Fleet, method = 'GET', of: TestKey = key): string {
  return called(fleet, method, of).code;
}

function called(fleet: Fleet, method: string, { secret }: TestKey) {
  const call = { method, path: '/v1', host: 'api', routePath: '/v1', rawHeaders: [] };
  const request = { secret, ip: '192.0.2.7', required: NO_SCOPES, call };
  return authorize(fleet, request, Date.now(), createCounters(systemClock));
}

async function startGateway() {
  return startRealGateway(world.app, world.owner, world.workspaceId);
}

it('a policy reaches three gateways, and so does each change of it', async () => {
  const gateways = await Promise.all([startGateway(), startGateway(), startGateway()]);
  const codes = (method?: string) => gateways.map(({ fleet }) => decided(fleet, method));
  const all = (code: string) => gateways.map(() => code);
  expect(codes()).toEqual(all('valid'));
  const policy = policyOf(FORBID_GET);

  await putTestPolicy(world.app, policy);
  await vi.waitUntil(() => codes().every((code) => code === 'policy_denied'), WAIT);
  expect(codes('POST')).toEqual(all('valid'));
  for (const change of [{ mode: 'shadow' }, { status: 'disabled' }] as const) {
    await putTestPolicy(world.app, { ...policy, ...change });
    await vi.waitUntil(() => codes().every((code) => code === 'valid'), WAIT);
    await putTestPolicy(world.app, policy);
    await vi.waitUntil(() => codes().every((code) => code === 'policy_denied'), WAIT);
  }
  await removeTestPolicy(world.app, policy);
  await vi.waitUntil(() => codes().every((code) => code === 'valid'), WAIT);
});

it('a call that a shadow policy would have refused is in the usage of that policy, once', async () => {
  const { fleet } = await startGateway();
  const policy = policyOf(FORBID_GET, { mode: 'shadow' });
  await putTestPolicy(world.app, policy);
  let refused = 0;
  const wouldRefuse = (method: string) => {
    const decision = called(fleet, method, key);
    const isRefused = decision.code === 'valid' && decision.wouldDeny;
    if (isRefused) refused += 1;
    return isRefused;
  };
  await vi.waitUntil(() => wouldRefuse('GET'), WAIT);
  expect(['GET', 'POST', 'GET'].map(wouldRefuse)).toEqual([true, false, true]);
  fleet.flush();
  await vi.waitFor(async () => {
    const { body } = await world.owner.get(`/v1/policies/${policy.id}/usage`);
    expect(body).toEqual({ policyId: policy.id, mode: 'shadow', shadowDenials24h: refused });
  }, WAIT);
  await removeTestPolicy(world.app, policy);
});

it('a workspace cannot permit what its organization forbids', async () => {
  const { fleet } = await startGateway();
  await putTestPolicy(world.app, policyOf(PERMIT_ALL));
  const policy = policyOf(FORBID_GET, { workspaceId: null });
  await putTestPolicy(world.app, policy);
  await vi.waitUntil(() => decided(fleet) === 'policy_denied', WAIT);
  await removeTestPolicy(world.app, policy);
  await vi.waitUntil(() => decided(fleet) === 'valid', WAIT);
});

it('a policy goes by the tags of a key, as they are now', async () => {
  const { fleet } = await startGateway();
  const isTagged = 'principal.tags.contains("ci")';
  const policy = policyOf(`forbid (principal, action, resource) unless { ${isTagged} };`);
  await putTestPolicy(world.app, policy);
  await vi.waitUntil(() => decided(fleet) === 'policy_denied', WAIT);
  await world.owner.patch(`/v1/api-keys/${key.id}`, { tags: ['ci'] });
  await vi.waitUntil(() => decided(fleet) === 'valid', WAIT);
  await world.owner.patch(`/v1/api-keys/${key.id}`, { tags: [] });
  await vi.waitUntil(() => decided(fleet) === 'policy_denied', WAIT);
  await removeTestPolicy(world.app, policy);
});

it('a gateway keeps what it has where it cannot evaluate a policy, and the fleet shows why', async () => {
  const { fleet } = await startGateway();
  await vi.waitUntil(() => decided(fleet) === 'valid', WAIT);
  const { version } = fleet.status();
  const policy = policyOf(FORBID_GET, { statements: [{ effect: 'permit', unknown: true }] });
  await putTestPolicy(world.app, policy);
  const view = await vi.waitUntil(async () => {
    const found = await viewOf(world.owner, fleet);
    return found.fault?.includes('(policy)') && found;
  }, WAIT);
  expect(view.fault).toContain(`cannot evaluate policy "${policy.id}"`);
  expect(view.fault).toMatch(/[^.]\.$/);
  expect([decided(fleet), fleet.status().version]).toEqual(['valid', version]);
  await removeTestPolicy(world.app, policy);
});

describe('a gateway that knows no policies', () => {
  const scopesAt = (gateway: GatewayClient) =>
    gateway.entries.flatMap((each) => (each.type === 'owner' ? [each.scopes.length] : [])).at(-1);

  async function connectOlder(): Promise<GatewayClient> {
    const gateway = await world.connect(await world.join(), { protocol: 3 });
    await world.upToDate(gateway);
    return gateway;
  }

  it('is sent owners without scopes while more applies than what allows every call', async () => {
    const older = await connectOlder();
    const newer = await world.connect(await world.join());
    await world.upToDate(newer);
    expect(scopesAt(older)).toBeGreaterThan(0);
    const policy = policyOf(FORBID_GET);
    await putTestPolicy(world.app, policy);
    await vi.waitUntil(() => scopesAt(older) === 0, WAIT);
    expect(scopesAt(await connectOlder())).toBe(0);
    await removeTestPolicy(world.app, policy);
    await vi.waitUntil(() => scopesAt(older) !== 0, WAIT);
    const ofAll = policyOf(FORBID_GET, { workspaceId: null });
    await putTestPolicy(world.app, ofAll);
    await vi.waitUntil(() => scopesAt(older) === 0, WAIT);
    await removeTestPolicy(world.app, ofAll);
    await vi.waitUntil(() => scopesAt(older) !== 0, WAIT);

    await world.upToDate(newer);
    expect(scopesAt(newer)).toBeGreaterThan(0);
    const types = older.entries.map(({ type }) => type);
    expect(types).not.toContain('policy');
    expect([older.faults, newer.faults]).toEqual([[], []]);
  });

  it('keeps deciding with shadow policies, and with another that permits all', async () => {
    const older = await connectOlder();
    const shadow = policyOf(FORBID_GET, { mode: 'shadow' });
    const second = policyOf(PERMIT_ALL);
    for (const policy of [shadow, second]) await putTestPolicy(world.app, policy);
    await world.upToDate(older);
    expect(scopesAt(older)).toBeGreaterThan(0);
    for (const policy of [shadow, second]) await removeTestPolicy(world.app, policy);
  });
});
