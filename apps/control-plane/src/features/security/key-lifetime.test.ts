import type { ApiKey } from '@tollkeeper/contract';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Client } from '../../testing/client.ts';
import { makeKey, type TestKey } from '../../testing/keys.ts';
import { choosePlan } from '../../testing/people.ts';
import { type Query, queryDatabase } from '../../testing/query-database.ts';
import { claimServer, startTestApp, type TestApp } from '../../testing/test-app.ts';

const DAY_MS = 86_400_000;

let app: TestApp;
let owner: Client;
let query: Query;

beforeAll(async () => {
  app = await startTestApp();
  owner = await claimServer(app);
  query = queryDatabase(app.database);
});

beforeEach(async () => {
  await choosePlan(app, 'enterprise');
  await limit(null);
});

async function limit(keyLifetimeDaysMax: number | null, body: object = {}) {
  return owner.patch('/v1/security', { keyLifetimeDaysMax, ...body });
}

/** Created so many days ago, to live so many more; null is for ever. */
async function keyAged(days: number, livesDays: number | null): Promise<TestKey> {
  const expiresAt =
    livesDays === null ? null : new Date(Date.now() + livesDays * DAY_MS).toISOString();
  const key = await makeKey(app, owner, { expiresAt });
  const createdAt = `created_at - ${days} * interval '1 day'`;
  await query(`update api_key set created_at = ${createdAt} where id = $1`, [key.id]);
  return { ...key, expiresAt };
}

const expiryOf = async ({ id }: TestKey) =>
  (await owner.get<ApiKey>(`/v1/api-keys/${id}`)).body.expiresAt;
const code = async (key: TestKey) => (await key.client.get('/v1/whoami')).problem.code ?? 'valid';

describe('the longest life of a key', () => {
  it('cuts keys, and gives back what they had once it is lifted', async () => {
    const keys = [await keyAged(5, null), await keyAged(5, 300), await keyAged(5, 3)];
    await limit(30);
    const cut = await Promise.all(keys.map(expiryOf));
    expect(Date.parse(cut[0] ?? '')).toBeLessThan(Date.now() + 25.1 * DAY_MS);
    expect(cut[1]?.slice(0, 10)).toBe(cut[0]?.slice(0, 10));
    expect(cut[2]).toBe(keys[2]?.expiresAt);
    await limit(60);
    expect(Date.parse((await expiryOf(keys[0] as TestKey)) ?? '')).toBeGreaterThan(
      Date.now() + 54 * DAY_MS,
    );
    await limit(null);
    expect(await Promise.all(keys.map(expiryOf))).toEqual(keys.map((key) => key.expiresAt));
  });

  it('revives a key that expired by it, everywhere, and says so before', async () => {
    const key = await keyAged(40, null);
    await limit(30);
    expect(await code(key)).toBe('expired');
    const preview = await owner.post<{ keys: { id: string; effects: string[] }[] }>(
      '/v1/security/preview',
      { keyLifetimeDaysMax: null },
    );
    expect(preview.body.keys.find(({ id }) => id === key.id)?.effects).toEqual(['works_again']);
    await limit(null);
    expect(await code(key)).toBe('valid');
  });

  it('revives none beyond the plan', async () => {
    await query('delete from api_key');
    for (let count = 0; count < 3; count += 1) await keyAged(40, null);
    await limit(30);
    await choosePlan(app, 'free');
    await makeKey(app, owner);
    expect((await limit(null)).problem).toMatchObject({ code: 'plan_limit_reached', limit: 3 });
    expect((await owner.get('/v1/security')).body).toMatchObject({ keyLifetimeDaysMax: 30 });
  });

  it('leaves revoked keys, and those whose own expiry has passed', async () => {
    const [revoked, ended] = [await keyAged(40, null), await keyAged(40, 1)];
    await query(
      `update api_key set expires_at = now(), requested_expires_at = now() where id = $1`,
      [ended.id],
    );
    await owner.post(`/v1/api-keys/${revoked.id}/revoke`, {});
    await limit(30);
    expect(await expiryOf(revoked)).toBeNull();
    await limit(null);
    expect(await expiryOf(revoked)).toBeNull();
    expect(Date.parse((await expiryOf(ended)) ?? '')).toBeLessThan(Date.now());
  });

  it('keeps an expiry that was set while it held', async () => {
    const key = await keyAged(0, null);
    await limit(30);
    const expiresAt = new Date(Date.now() + 10 * DAY_MS).toISOString();
    await owner.patch(`/v1/api-keys/${key.id}`, { expiresAt });
    await limit(null);
    expect(await expiryOf(key)).toBe(expiresAt);
  });

  it('moves no key when another rule changes', async () => {
    const key = await keyAged(0, null);
    await limit(30);
    const cut = await expiryOf(key);
    await limit(30, { sessionHoursMax: 24 });
    expect(await expiryOf(key)).toBe(cut);
  });

  it('lets no key give out more than it gets back itself', async () => {
    const endless = await keyAged(0, null);
    const scopes = ['api_keys.create', 'api_keys.read'];
    const expiresAt = new Date(Date.now() + 300 * DAY_MS).toISOString();
    const creator = await makeKey(app, owner, { scopes, expiresAt });
    await limit(30);
    await query(
      'update api_key set expires_at = (select expires_at from api_key where id = $1) where id = $2',
      [endless.id, creator.id],
    );
    const rotated = await creator.client.post(`/v1/api-keys/${endless.id}/rotate`, {});
    expect(rotated.problem.code).toBe('ceiling_exceeded');
  });
});
