import type { KeyPropagation } from '@tollkeeper/contract';
import type { Fleet } from '@tollkeeper/gateway-core';
import { describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import type { Client } from '../testing/client.ts';
import { factsOf, startFleetWorld, WAIT } from '../testing/fleet-world.ts';
import { onServer } from '../testing/global-setup.ts';
import { startLine } from '../testing/line.ts';
import { addWorkspace, claimedOrganization } from '../testing/people.ts';
import { auditEvents, queryDatabase } from '../testing/query-database.ts';
import { codeOf, startRealGateway, viewOf } from '../testing/real-gateway.ts';
import { defaultWorkspace, makeKey, type TestKey } from '../testing/start-organization.ts';
import { claimServer, startTestApp, type TestApp, withKey } from '../testing/test-app.ts';
import { copyDatabase } from '../testing/test-database.ts';
import { whileHeld } from '../testing/while-held.ts';

const TRY_LATER = 1013;
const NOT_HELD = 'the database does not hold';

/** Why the audit log says that the database was restored. */
async function recordedOf({ services, database }: TestApp) {
  await services.incidents.flush();
  const events = await auditEvents(queryDatabase(database));
  return events
    .filter(({ action }) => action === 'workspace.database_restored')
    .map(({ target, after }) => [target.id, after?.why]);
}

async function propagationOf(client: Client, { id }: TestKey): Promise<KeyPropagation> {
  return (await client.get<KeyPropagation>(`/v1/api-keys/${id}/propagation`)).body;
}

/** Waits until the control plane knows that the gateway decides with its newest version. */
async function upToDate(client: Client, fleet: Fleet): Promise<void> {
  await vi.waitUntil(async () => {
    const { state, appliedVersion, currentVersion } = await viewOf(client, fleet);
    const version = fleet.status().version;
    return state === 'connected' && appliedVersion === currentVersion && version === currentVersion;
  }, WAIT);
}

it('a control plane that is restored from a backup has its gateways back, ahead or of an equal number', async () => {
  const first = await startTestApp();
  const owner = await claimServer(first);
  const workspaceId = await defaultWorkspace(owner);
  const admin = await makeKey(first, owner);
  const key = await makeKey(first, owner);
  const line = await startLine();
  line.aim(first);
  const { fleet } = await startRealGateway(line, owner, workspaceId);
  await upToDate(owner, fleet);
  const backupVersion = fleet.status().version ?? Number.NaN;

  // The database goes on from the backup: two changes that will be lost.
  await first.close();
  const [ahead, equal] = [await copyDatabase(first.database), await copyDatabase(first.database)];
  const second = await startTestApp({ database: first.database });
  line.aim(second);
  const before = withKey(second, admin.secret);
  await before.post(`/v1/api-keys/${key.id}/revoke`, { reason: 'a test' });
  await before.patch(`/v1/api-keys/${admin.id}`, { name: 'renamed' });
  await upToDate(before, fleet);
  expect([codeOf(fleet, key), fleet.status().version]).toEqual(['revoked', backupVersion + 2]);
  await second.close();

  // The gateway is ahead of it.
  const restored = await startTestApp({ database: ahead });
  line.aim(restored);
  const client = withKey(restored, admin.secret);
  await upToDate(client, fleet);
  expect([codeOf(fleet, key), fleet.status().version]).toEqual(['valid', backupVersion]);
  expect(restored.logged.join()).toContain(NOT_HELD);
  const event = [workspaceId, 'gateway_reports_later_versions'];
  expect(await recordedOf(restored)).toEqual([event]);
  const revoked = await client.post(`/v1/api-keys/${key.id}/disable`);
  expect(revoked.status).toBe(200);
  await vi.waitUntil(() => codeOf(fleet, key) === 'disabled', WAIT);
  await upToDate(client, fleet);
  const { gateways } = await propagationOf(client, key);
  expect(gateways).toMatchObject([{ appliedAt: expect.any(String) }]);
  await restored.close();

  // The gateway is at a number that it has reached in another way.
  const other = await startTestApp({ database: equal });
  const otherClient = withKey(other, admin.secret);
  await otherClient.patch(`/v1/api-keys/${key.id}`, { name: 'never disabled here' });
  expect(fleet.status().version).toBe(backupVersion + 1);
  line.aim(other);
  await upToDate(otherClient, fleet);
  expect([codeOf(fleet, key), fleet.status().version]).toEqual(['valid', backupVersion + 1]);
  expect(other.logged.join()).toContain(NOT_HELD);
});

describe('a database that is set back while the control plane runs', () => {
  /** The workspace, by one version, as if the last transaction had never been. */
  async function setBack(app: TestApp, workspaceId: string): Promise<void> {
    await onServer(
      app.database,
      `with lost as (
         delete from workspace_change c using workspace w
         where w.id = c.workspace_id and w.version = c.version and w.id = '${workspaceId}'
         returning c.workspace_id, c.version, c.previous_revision, c.change_id
       ), forgotten as (
         delete from change using lost where change.id = lost.change_id
       ), freed as (
         update api_key set status = 'active'
       )
       update workspace w set version = lost.version - 1, revision = lost.previous_revision
       from lost where w.id = lost.workspace_id`,
    );
  }

  it('is noticed, and its gateways begin anew', async () => {
    const { app, owner, workspaceId } = await startFleetWorld();
    const [key, other] = [await makeKey(app, owner), await makeKey(app, owner)];
    const line = await startLine();
    line.aim(app);
    const { fleet } = await startRealGateway(line, owner, workspaceId);
    await owner.post(`/v1/api-keys/${key.id}/disable`);
    await upToDate(owner, fleet);

    await setBack(app, workspaceId);
    await owner.patch(`/v1/api-keys/${other.id}`, { name: 'of an equal number' });
    await owner.patch(`/v1/api-keys/${other.id}`, { name: 'and a later one' });

    await upToDate(owner, fleet);
    expect(codeOf(fleet, key)).toBe('valid');
    expect(app.logged.join()).toContain('they begin anew');
    expect(await recordedOf(app)).toContainEqual([workspaceId, expect.any(String)]);
  });

  it('sends away its gateways, those that enter just then as well, and no others', async () => {
    const world = await startFleetWorld();
    const { app, owner, workspaceId } = world;
    const { organizationId } = await claimedOrganization(app);
    const staging = await addWorkspace(app, organizationId, 'staging');
    const bystander = await world.connect(await world.join(staging));
    const gateway = await world.connect(await world.join());
    const entering = await world.join();
    const key = await makeKey(app, owner, { profile: 'workspace', workspaceId });
    const rename = (name: string) => owner.patch(`/v1/api-keys/${key.id}`, { name });
    await rename('what will be lost');
    for (const each of [bystander, gateway]) await world.upToDate(each);

    const late = await whileHeld(
      app.database,
      (holder) =>
        holder.query('select 1 from gateway where id = $1 for update', [entering.gatewayId]),
      async () => {
        const { headers } = await world.connect(entering);
        return vi.waitUntil(() => headers[1], WAIT);
      },
      async () => {
        await setBack(app, workspaceId);
        await rename('of an equal number');
        await rename('and a later one');
        expect(await gateway.closed).toBe(TRY_LATER);
      },
    );

    expect(late).toMatchObject({ type: 'refused', code: 'unavailable' });
    await owner.get('/v1/whoami');
    expect(bystander.socket.readyState).toBe(WebSocket.OPEN);
  });
});

it('a gateway that names a lineage of its own invention gets a snapshot, and nobody else notices', async () => {
  const world = await startFleetWorld();
  const key = await makeKey(world.app, world.owner);
  const honest = await world.connect(await world.join());
  await world.upToDate(honest);
  const has = honest.has();
  if (!has) throw new Error('No snapshot');

  const revision = '00000000-0000-4000-8000-000000000000';
  for (const version of [has.version, has.version - 1, has.version + 1_000_000]) {
    const joined = await world.join();
    const liar = await world.connect(joined, { has: { version, latest: { version, revision } } });
    expect(await liar.wait('lineage')).toMatchObject({ continues: false });
    await world.upToDate(liar);
    expect(factsOf(liar, key.secret)).toMatchObject({ keyId: key.id });
  }
  const newer = { version: has.version + 1, latest: has.latest };
  const boaster = await world.connect(await world.join(), { has: newer });
  expect(await boaster.wait('lineage')).toMatchObject({ continues: false });

  await world.owner.post(`/v1/api-keys/${key.id}/disable`);
  await world.upToDate(honest);
  expect(factsOf(honest, key.secret)?.status).toBe('disabled');
  expect(honest.headers.filter(({ type }) => type === 'lineage')).toHaveLength(1);
  expect(world.app.logged.join()).not.toContain('they begin anew');
});
