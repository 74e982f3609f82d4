import { beforeAll, expect, it } from 'vitest';
import { createLog } from '../log.ts';
import { type FleetWorld, factsOf, startFleetWorld } from '../testing/fleet-world.ts';
import type { Joined } from '../testing/gateway-client.ts';
import { addManyKeys } from '../testing/many-keys.ts';
import { addWorkspace } from '../testing/people.ts';
import { makeKey } from '../testing/start-organization.ts';
import { createAppliedVersions } from './applied-versions.ts';

let world: FleetWorld;
let joined: Joined;

beforeAll(async () => {
  world = await startFleetWorld();
  joined = await world.join();
});

it('changes several keys in one version, without naming a key of another workspace', async () => {
  const elsewhere = await addWorkspace(world.app, joined.organizationId, 'Next door');
  const theirs = await makeKey(world.app, world.owner, {
    profile: 'custom',
    scopes: ['api_keys.read'],
    workspaceId: elsewhere,
  });
  const [ours, second] = [
    await makeKey(world.app, world.owner),
    await makeKey(world.app, world.owner),
  ];
  const gateway = await world.connect(joined);
  await world.upToDate(gateway);
  const before = gateway.version() ?? Number.NaN;
  const received = gateway.entries.length;

  await world.owner.post('/v1/api-keys/disable', { ids: [ours.id, theirs.id, second.id] });
  await world.upToDate(gateway);
  expect(gateway.version()).toBe(before + 1);
  expect(
    gateway.entries.slice(received).map((each) => ('keyId' in each ? each.keyId : each.type)),
  ).toEqual([ours.id, second.id]);
  expect(factsOf(gateway, ours.secret)?.status).toBe('disabled');
});

it('delivers three missed versions of hundreds of keys completely', async () => {
  const ids = await addManyKeys(world.query, world.workspaceId, 1800);
  const revoked = ids.slice(900);
  await world.query(
    `update api_key set expires_at = soon, requested_expires_at = soon
     from (select now() + interval '1 day' as soon) as given where id = any($1)`,
    [revoked],
  );
  const before = await world.connect(joined);
  await world.upToDate(before);
  await before.close();
  await world.owner.patch('/v1/security', { keyLifetimeDaysMax: 30 });
  await world.owner.patch('/v1/security', { keyLifetimeDaysMax: 20 });
  await world.owner.post('/v1/api-keys/revoke', { ids: revoked });

  const gateway = await world.connect(joined, { has: before.has() });
  await world.upToDate(gateway);
  expect(gateway.version()).toBe((before.version() ?? Number.NaN) + 3);
  expect(gateway.headers.map(({ type }) => type)).not.toContain('snapshot');
  const received = gateway.entries.flatMap((each) => (each.type === 'key' ? [each] : []));
  const expiring = received.filter(({ status }) => status === 'active').map(({ keyId }) => keyId);
  expect(expiring).toEqual(expect.arrayContaining(ids.slice(0, 900)));
  const ended = received.filter(({ status }) => status === 'revoked').map(({ keyId }) => keyId);
  expect(ended.toSorted()).toEqual(revoked.toSorted());
  expect(gateway.faults).toEqual([]);
  await world.owner.patch('/v1/security', { keyLifetimeDaysMax: null });
  await world.query('delete from api_key where id = any($1)', [ids]);
});

it('sends a snapshot for a version that changes more keys than a message may list', async () => {
  const gateway = await world.connect(joined);
  await world.upToDate(gateway);
  const before = gateway.version() ?? Number.NaN;
  await addManyKeys(world.query, world.workspaceId, 1200);
  const missing = await world.connect(joined, { has: gateway.has() });
  await world.upToDate(missing);

  await world.owner.patch('/v1/security', { keyLifetimeDaysMax: 30 });
  for (const each of [gateway, missing]) {
    await world.upToDate(each);
    expect(each.version()).toBe(before + 1);
    expect(each.headers.findLast(({ type }) => type !== 'confirmed')?.type).toBe('snapshot');
    const expiring = each.entries.filter(
      (entry) => entry.type === 'key' && entry.expiresAtMs !== null,
    );
    expect(new Set(expiring.map((entry) => 'keyId' in entry && entry.keyId)).size).toBeGreaterThan(
      1200,
    );
    expect(each.faults).toEqual([]);
  }
  await world.owner.patch('/v1/security', { keyLifetimeDaysMax: null });
});

it('keeps the first acknowledgement of a version, in one statement with later ones or after it', async () => {
  const { gatewayId, workspaceId } = await world.join();
  const [latest] = await world.query<{ version: number; revision: string }>(
    'select version::int, revision from workspace where id = $1',
    [workspaceId],
  );
  if (!latest) throw new Error('The workspace is gone');
  const lines: string[] = [];
  const log = createLog('warn', { write: (line) => void lines.push(line) });
  const applied = createAppliedVersions(world.app.services.db, log);
  const acknowledge = (atMs: number) => {
    const signed = { atMs, signature: Buffer.alloc(64, atMs).toString('base64url') };
    applied.add(gatewayId, { version: latest.version, latest, signed });
  };
  const stored = () =>
    world.query(
      `select said_at_ms::int as "saidAtMs", get_byte(signature, 0) as signature from gateway_version
        where gateway_id = $1`,
      [gatewayId],
    );
  for (const atMs of [1, 2]) acknowledge(atMs);
  await applied.settled(gatewayId);
  expect(await stored()).toEqual([{ saidAtMs: 1, signature: 1 }]);
  acknowledge(3);
  await applied.settled(gatewayId);
  expect(await stored()).toEqual([{ saidAtMs: 1, signature: 1 }]);
  await applied.stop();
  expect(lines).toEqual([]);
});
