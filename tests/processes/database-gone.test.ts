import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startEmbeddedPostgres } from '../../apps/control-plane/src/db/embedded/index.ts';
import { atFileEnd } from '../../apps/control-plane/src/testing/at-file-end.ts';
import type { Answer, Client } from '../../apps/control-plane/src/testing/client.ts';
import { claimServer, withKey } from '../../apps/control-plane/src/testing/test-app.ts';
import { until } from '../../apps/gateway/src/testing/until.ts';
import { makeUsedDataDir } from './child-process.ts';
import { type ControlPlane, isReady, startControlPlane } from './control-plane.ts';
import { createKey, type Key, standing } from './keys.ts';
import { connectTo, type Pair, urlOf } from './pair.ts';
import { beginRequest } from './raw-request.ts';

/** After how long without the database no key is accepted any more. */
const TRUST_MS = 2000;

interface Scene {
  readonly dataDir: string;
  readonly controlPlane: ControlPlane;
  readonly owner: Client;
  readonly verifier: Key;
  readonly key: Key;
  readonly query: Pair['query'];
  stopDatabase(): Promise<void>;
  startDatabase(): Promise<void>;
}

it('changes nothing, accepts no key in doubt, and recovers by itself when the database stops', async () => {
  const scene = await setScene();
  const { controlPlane, owner, verifier, key, query } = scene;
  const body = JSON.stringify({ key: key.secret });
  const slow = await beginRequest(
    controlPlane.baseUrl,
    'POST',
    '/v1/api-keys/verify',
    verifier,
    body,
  );
  const before = await recordsOf(query);

  await scene.stopDatabase();
  const stoppedAt = performance.now();
  let accepted = 0;
  await until('refused by the lease', async () => {
    const askedAt = performance.now();
    const { status } = await verify(controlPlane, verifier, key);
    if (status !== 200) return status === 503;
    accepted += 1;
    // It was decided later than it was asked: a slow machine cannot make this fail.
    expect(askedAt - stoppedAt).toBeLessThan(TRUST_MS);
    return false;
  });
  expect(await slow.finish()).toMatch(/^HTTP\/1.1 503 /);

  for (const refused of [
    ...changes(owner, key),
    ...changes(withKey(controlPlane, verifier.secret), key),
    verify(controlPlane, verifier, key),
    withKey(controlPlane, key.secret).get('/v1/whoami'),
    owner.get('/v1/api-keys'),
  ]) {
    expectUnavailable(await refused);
  }
  expect(await isReady(controlPlane)).toBe(false);

  await scene.startDatabase();
  await until('ready', () => isReady(controlPlane));
  expect(await recordsOf(query)).toEqual(before);
  expect(await standing(controlPlane, verifier, key.secret)).toEqual(['valid', 'valid']);
  const text = 'select sum(accepted) as calls from key_usage where key_id = $1';
  await until('every call stored', async () => {
    const [row] = await query<{ calls: string | null }>(text, [key.id]);
    return Number(row?.calls) === accepted + 2;
  });
  expect(await createKey(owner)).toHaveProperty('id');
  expect(await controlPlane.stop()).toEqual({ code: 0, signal: null });
});

it('answers in bounded time while the database stands still, and recovers by itself', async () => {
  const { controlPlane, verifier, key, query, dataDir } = await setScene();
  const rows = await query<{ pid: number }>('select pid from pg_stat_activity');
  const postmaster = Number.parseInt(
    readFileSync(join(dataDir, 'postgres/cluster/postmaster.pid'), 'utf8'),
    10,
  );
  const pids = [postmaster, ...rows.map(({ pid }) => pid)];

  for (const pid of pids) process.kill(pid, 'SIGSTOP');
  try {
    // The database stands still until after these answers: no request may wait for it to go on.
    await until('refused by the lease', async () => {
      return (await verify(controlPlane, verifier, key)).status === 503;
    });
    expectUnavailable(await verify(controlPlane, verifier, key));
  } finally {
    for (const pid of pids) process.kill(pid, 'SIGCONT');
  }

  await until('accepted again', async () =>
    (await standing(controlPlane, verifier, key.secret)).every((code) => code === 'valid'),
  );
});

async function setScene(): Promise<Scene> {
  const dataDir = await makeUsedDataDir();
  const start = () => startEmbeddedPostgres({ dataDir, holder: 'a test', log: () => undefined });
  let server = await start();
  atFileEnd(() => server.stop());
  const query = connectTo({ ...server.connection, ssl: false });
  const controlPlane = await startControlPlane({ databaseUrl: urlOf(server.connection) });
  const owner = await claimServer(controlPlane);
  const [key, verifier] = [await createKey(owner), await createKey(owner, 'verifier')];
  return {
    dataDir,
    controlPlane,
    owner,
    verifier,
    key,
    query,
    stopDatabase: () => server.stop(),
    startDatabase: async () => {
      server = await start();
    },
  };
}

/** Decided from memory: the answer does not need the database, but for the lease. */
function verify(controlPlane: ControlPlane, verifier: Key, { secret }: Key) {
  return withKey(controlPlane, verifier.secret).post('/v1/api-keys/verify', { key: secret });
}

function changes(client: Client, key: Key): Promise<Answer<unknown>>[] {
  const path = `/v1/api-keys/${key.id}`;
  return [
    client.post('/v1/api-keys', { name: 'another', profile: 'read-only' }),
    client.patch(path, { name: 'renamed' }),
    client.post(`${path}/disable`),
    client.post(`${path}/rotate`, {}),
    client.post(`${path}/revoke`, {}),
    client.delete(path),
  ];
}

function expectUnavailable({ status, headers, problem }: Answer<unknown>): void {
  expect({ status, code: problem.code }).toEqual({ status: 503, code: 'unavailable' });
  expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
  expect(headers.get('retry-after')).toMatch(/^\d+$/);
}

/** Everything that a change would leave a trace in. */
async function recordsOf(query: Pair['query']): Promise<unknown> {
  return {
    keys: await query('select id, name, status, prefix from api_key order by id'),
    secrets: await query(`select encode(hash, 'hex') as hash from api_key_secret order by hash`),
    events: await query('select id from audit_event order by sequence'),
    changes: await query('select id from change order by id'),
  };
}
