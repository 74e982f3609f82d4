import type { PolicyPropagation, SavedPolicy } from '@tollkeeper/contract';
import { beforeAll, expect, it, vi } from 'vitest';
import type { Client } from '../../testing/client.ts';
import { applyVersion, joinFleet, versionOf } from '../../testing/fleet.ts';
import { WAIT } from '../../testing/fleet-world.ts';
import { addWorkspace, claimedOrganization } from '../../testing/people.ts';
import { startRealGateway } from '../../testing/real-gateway.ts';
import { startOrganization, type TestOrganization } from '../../testing/start-organization.ts';

let organization: TestOrganization;
let owner: Client;
let production: string;
let staging: string;
let gateways: readonly string[];

beforeAll(async () => {
  organization = await startOrganization();
  const { app } = organization;
  owner = organization.owner;
  const { organizationId, workspaceId } = await claimedOrganization(app);
  production = workspaceId;
  staging = await addWorkspace(app, organizationId, 'staging');
  const join = async (id: string) => (await joinFleet(app, owner, id)).gateway.gatewayId;
  gateways = [await join(production), await join(production), await join(staging)];
});

async function create(workspaceId: string | null): Promise<string> {
  const body = {
    workspaceId,
    name: `In ${workspaceId}`,
    text: 'permit (principal, action, resource);',
  };
  return (await owner.post<SavedPolicy>('/v1/policies', body)).body.id;
}

async function counts(id: string): Promise<[applied: number, gateways: number]> {
  const answer = await owner.get<PolicyPropagation>(`/v1/policies/${id}/propagation`);
  expect(answer.status, answer.problem?.detail).toBe(200);
  expect(answer.body.policyId).toBe(id);
  return [answer.body.appliedCount, answer.body.gatewaysCount];
}

async function apply(gatewayId: string | undefined, workspaceId: string): Promise<void> {
  const { query } = organization;
  await applyVersion(query, gatewayId ?? '', await versionOf(query, workspaceId), new Date());
}

it('counts the gateways of its workspace, by the last change, also once it is deleted', async () => {
  const id = await create(production);
  expect(await counts(id)).toEqual([0, 2]);
  await apply(gateways[0], production);
  expect(await counts(id)).toEqual([1, 2]);
  await apply(gateways[1], production);
  expect(await counts(id)).toEqual([2, 2]);
  await owner.patch(`/v1/policies/${id}`, { name: 'Renamed, which no gateway needs to hear' });
  expect(await counts(id)).toEqual([2, 2]);
  await owner.patch(`/v1/policies/${id}`, { mode: 'shadow' });
  expect(await counts(id)).toEqual([0, 2]);
  await owner.delete(`/v1/policies/${id}`);
  await apply(gateways[0], production);
  expect(await counts(id)).toEqual([1, 2]);
});

it('counts all gateways for a policy of the organization', async () => {
  const id = await create(null);
  await apply(gateways[2], staging);
  expect(await counts(id)).toEqual([1, 3]);
});

it('knows the policy that came with the workspace, which has not changed', async () => {
  const [row] = await organization.query<{ id: string }>(
    `select id from policy where workspace_id = $1 and created_at =
       (select min(created_at) from policy where workspace_id = $1)`,
    [staging],
  );
  expect(await counts(row?.id ?? '')).toEqual([1, 1]);
  expect((await owner.get('/v1/policies/pol_00000000000000000000/propagation')).status).toBe(404);
});

it('is acknowledged by a gateway', async () => {
  const { app } = organization;
  const { organizationId } = await claimedOrganization(app);
  const workspaceId = await addWorkspace(app, organizationId, 'connected');
  await startRealGateway(app, owner, workspaceId);
  const id = await create(workspaceId);
  await vi.waitUntil(async () => (await counts(id))[0] === 1, WAIT);
});
