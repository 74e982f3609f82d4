import pg from 'pg';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Client } from '../../apps/control-plane/src/testing/client.ts';
import { withKey } from '../../apps/control-plane/src/testing/test-app.ts';
import { until } from '../../apps/gateway/src/testing/until.ts';
import { change, createKey, type Key, standing } from './keys.ts';
import { type Pair, startPair, through } from './pair.ts';
import { startTraffic, type Traffic } from './traffic.ts';

const ROUNDS = process.env.LONG ? 100 : 6;
const BOTH = (code: string) => [code, code];

/** Between two requests of a client: without it, the load takes whatever the machine has. */
const PAUSE_MS = process.env.LONG ? 0 : 10;

let pair: Pair;
let viaB: Client;
let verifier: Key;

beforeAll(async () => {
  pair = await startPair('enterprise');
  viaB = through(pair.b, pair.owner);
  verifier = await createKey(pair.owner, 'verifier');
});

describe('a change through one process, under load on the other', () => {
  let traffic: Traffic;

  beforeAll(async () => {
    const busy = await createKey(pair.owner, 'busy');
    const load = withKey(pair.b, verifier.secret);
    traffic = startTraffic(
      4,
      async () => (await load.post('/v1/api-keys/verify', { key: busy.secret })).status,
      PAUSE_MS,
    );
    return () => traffic.stop();
  });

  const seenByB = (secret: string) => standing(pair.b, verifier, secret);

  it('disables and enables the key in both from the moment the call returns', async () => {
    const key = await createKey(pair.owner);
    for (let round = 0; round < ROUNDS; round += 1) {
      await change(pair.owner, key, 'disable');
      expect(await seenByB(key.secret)).toEqual(BOTH('disabled'));
      await change(pair.owner, key, 'enable');
      expect(await seenByB(key.secret)).toEqual(BOTH('valid'));
    }
  }, 600_000);

  it('refuses a revoked, a deleted and a rotated secret, and takes the new one, at once', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const [revoked, deleted, rotated] = await Promise.all([
        createKey(pair.owner),
        createKey(pair.owner),
        createKey(pair.owner),
      ]);
      expect(await seenByB(deleted.secret)).toEqual(BOTH('valid'));

      await change(pair.owner, revoked, 'revoke', { reason: 'leaked' });
      expect(await seenByB(revoked.secret)).toEqual(BOTH('revoked'));
      await pair.owner.delete(`/v1/api-keys/${deleted.id}`);
      expect(await seenByB(deleted.secret)).toEqual(BOTH('invalid_key'));
      const { body } = await change(pair.owner, rotated, 'rotate', {});
      expect(await seenByB(rotated.secret)).toEqual(BOTH('invalid_key'));
      expect(await seenByB(body.secret ?? '')).toEqual(BOTH('valid'));
    }
    expect(traffic.answered.get(200)).toBeGreaterThan(ROUNDS);
  }, 600_000);
});

describe('a process that stands still', () => {
  it('holds up a disabling for no longer than its lease, and refuses the key when it wakes', async () => {
    const { a, b, owner, query } = pair;
    const key = await createKey(owner);
    const rounds = process.env.LONG ? 20 : 2;
    for (let round = 0; round < rounds; round += 1) {
      await until('accepted by B', async () => accepted(await standing(b, verifier, key.secret)));
      b.signal('SIGSTOP');
      const queuedBefore = ask(b, verifier, key, through(b, owner));
      const startedAt = performance.now();
      await change(owner, key, 'disable');
      // B stands still until here: a change that waited for it would never return.
      expect(performance.now() - startedAt).toBeLessThan(30_000);
      const queuedAfter = ask(b, verifier, key, through(b, owner));
      b.signal('SIGCONT');

      for (const code of await Promise.all([...queuedBefore, ...queuedAfter])) {
        expect(code).toBe('disabled');
      }
      expect(await standing(b, verifier, key.secret)).toEqual(BOTH('disabled'));
      await change(owner, key, 'enable');
      expect(await standing(a, verifier, key.secret)).toEqual(BOTH('valid'));
    }
    // A process writes down its own changes with its next poll.
    await until('both wrote down that they applied all', async () => {
      const text = 'select distinct applied_change from control_plane';
      return (await query(text)).length === 1;
    });
  }, 600_000);
});

describe('a process that stands still while it stores counts', () => {
  it('holds no lock that a change of another process waits for', async () => {
    const { b, owner, databaseUrl, query } = pair;
    const key = await createKey(owner);
    const reader = await connectBeside(databaseUrl);
    await reader.query('begin');
    await reader.query('select from api_key where id = $1 for share', [key.id]);
    await withKey(b, key.secret).get('/v1/whoami');
    const waiting = `select from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`;
    await until('B waits to store its counts', async () => (await query(waiting)).length > 0);
    b.signal('SIGSTOP');
    await reader.query('commit');

    await change(owner, key, 'disable');

    b.signal('SIGCONT');
    const used = 'select from api_key where id = $1 and last_used_at is not null';
    await until('B has stored them', async () => (await query(used, [key.id])).length > 0);
  }, 600_000);

  it('loses the lock of a change that it has begun before others have waited for too long', async () => {
    const { b, owner, databaseUrl, query } = pair;
    const [key, caller] = [await createKey(owner), await createKey(owner)];
    const reader = await connectBeside(databaseUrl);
    await reader.query('begin');
    await reader.query('select from api_key where id = $1 for share', [key.id]);
    // It has confirmed its caller, and so keeps the chain of the organization from others.
    const begun = withKey(b, caller.secret).patch(`/v1/api-keys/${key.id}`, { name: 'renamed' });
    const waiting = `select from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`;
    await until('B waits for the key', async () => (await query(waiting)).length > 0);
    b.signal('SIGSTOP');
    await reader.query('commit');

    await change(owner, key, 'disable');

    b.signal('SIGCONT');
    expect((await begun).status).toBe(503);
  }, 600_000);
});

describe('what has ended', () => {
  it('keeps a revoked key revoked, whatever runs at the same time', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const key = await createKey(pair.owner, `round-${round}`);
      const path = `/v1/api-keys/${key.id}`;

      const [secrets, revoked] = await Promise.all([
        race(key),
        pair.owner.post(`${path}/revoke`, { reason: 'leaked' }),
      ]);

      expect(revoked.status).toBe(200);
      for (const client of [pair.owner, viaB]) {
        expect((await client.get(path)).body).toMatchObject({
          status: 'revoked',
          revokeReason: 'leaked',
          revokedAt: expect.any(String),
        });
        expect((await client.post(`${path}/enable`)).status).toBe(409);
      }
      // A secret that a rotation took away is unknown; the one that was left is revoked.
      for (const secret of [key.secret, ...secrets])
        await expectRefused(secret, /^(revoked|invalid_key)$/);
      const stored = await pair.query('select 1 from api_key_secret where key_id = $1', [key.id]);
      expect(stored.length).toBeLessThanOrEqual(2);
    }
    await expectSoundChain();
  }, 600_000);

  it('leaves neither record nor hash of a deleted key, whatever runs at the same time', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const key = await createKey(pair.owner, `deleted-${round}`);

      const [secrets, deleted] = await Promise.all([
        race(key),
        viaB.delete(`/v1/api-keys/${key.id}`),
        pair.owner.post(`/v1/api-keys/${key.id}/revoke`, {}),
      ]);

      expect(deleted.status).toBe(204);
      expect((await viaB.get(`/v1/api-keys/${key.id}`)).status).toBe(404);
      for (const secret of [key.secret, ...secrets]) await expectRefused(secret, /^invalid_key$/);
      expect(await pair.query('select 1 from api_key where id = $1', [key.id])).toEqual([]);
      expect(await pair.query('select 1 from api_key_secret where key_id = $1', [key.id])).toEqual(
        [],
      );
    }
    const orphans = 'select 1 from api_key_secret where key_id not in (select id from api_key)';
    expect(await pair.query(orphans)).toEqual([]);
    await expectSoundChain();
  }, 600_000);
});

/** The requests that decide on the key: its own, and verification by key and by session. */
function ask(at: Pair['b'], verifier: Key, key: Key, session: Client): Promise<string>[] {
  const verify = async (client: Client) => {
    const answer = await client.post<{ code: string }>('/v1/api-keys/verify', { key: key.secret });
    return answer.body.code;
  };
  return [
    ...Array.from({ length: 10 }, async () => (await standing(at, verifier, key.secret)).join()),
    verify(session),
    verify(withKey(at, verifier.secret)),
  ].map(
    async (asked) => (await asked).split(',').find((code) => code !== 'disabled') ?? 'disabled',
  );
}

function accepted(codes: readonly string[]): boolean {
  return codes.every((code) => code === 'valid');
}

async function connectBeside(databaseUrl: string): Promise<pg.Client> {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  onTestFinished(() => client.end());
  return client;
}

/** Everything else that changes a key, at once and through both; gives the secrets it made. */
async function race(key: Key): Promise<string[]> {
  const path = `/v1/api-keys/${key.id}`;
  const rotations = [
    pair.owner.post<{ secret?: string }>(`${path}/rotate`, { graceSeconds: 60 }),
    viaB.post<{ secret?: string }>(`${path}/rotate`, {}),
  ];
  const changes = [
    pair.owner.post(`${path}/disable`),
    viaB.post(`${path}/enable`),
    pair.owner.post(`${path}/enable`),
    viaB.patch(path, { name: 'another name' }),
    ...Array.from({ length: 4 }, (_, at) =>
      standing(at % 2 ? pair.a : pair.b, verifier, key.secret).then(() => ({ status: 200 })),
    ),
  ];
  for (const { status } of await Promise.all([...changes, ...rotations])) {
    expect([200, 404, 409]).toContain(status);
  }
  return (await Promise.all(rotations)).flatMap(({ body }) => body.secret ?? []);
}

async function expectRefused(secret: string, code: RegExp): Promise<void> {
  for (const controlPlane of [pair.a, pair.b]) {
    for (const said of await standing(controlPlane, verifier, secret)) expect(said).toMatch(code);
  }
}

/** One event for each change, each on the hash of the one before. */
async function expectSoundChain(): Promise<void> {
  const breaks = await pair.query(`
    select sequence from (
      select sequence, previous_hash, lag(sequence) over w as before, lag(hash) over w as hash_before
      from audit_event window w as (partition by organization_id order by sequence)
    ) as links
    where sequence <> coalesce(before, 0) + 1
       or previous_hash <> coalesce(hash_before, decode(repeat('00', 32), 'hex'))`);
  expect(breaks).toEqual([]);
}
