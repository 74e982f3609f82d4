import { beforeAll, expect, it } from 'vitest';
import type { Client } from '../../apps/control-plane/src/testing/client.ts';
import { createKey, type Key, standing } from './keys.ts';
import { type Pair, startPair, through } from './pair.ts';

const ROUNDS = process.env.LONG ? 100 : 6;

let pair: Pair;
let viaB: Client;
let verifier: Key;

beforeAll(async () => {
  pair = await startPair('enterprise');
  viaB = through(pair.b, pair.owner);
  verifier = await createKey(pair.owner, 'verifier');
});

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
