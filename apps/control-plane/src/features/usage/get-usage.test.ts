import type { ApiKey, RouteOutput, Routes, Usage } from '@tollkeeper/contract';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '../../testing/client.ts';
import { makeKey, type TestKey } from '../../testing/keys.ts';
import { addOrganization, choosePlan } from '../../testing/people.ts';
import { claimServer, startTestApp, type TestApp } from '../../testing/test-app.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 3_600_000;

type Stats = RouteOutput<Routes['getKeyStats']>;

/** Half past a minute, so that a test's few calls fall in one. */
let now = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS + 30_000;
let app: TestApp;
let owner: Client;
let key: TestKey;

beforeAll(async () => {
  app = await startTestApp({ clock: () => new Date(now) });
  owner = await claimServer(app);
  await choosePlan(app, 'enterprise');
  key = await makeKey(app, owner);
});

async function stats(client = owner): Promise<Stats> {
  await app.services.usage.flush();
  return (await client.get<Stats>('/v1/api-keys/stats')).body;
}

async function usageOf(id: string, period = '24h'): Promise<Usage> {
  await app.services.usage.flush();
  return (await owner.get<Usage>(`/v1/api-keys/${id}/usage?period=${period}`)).body;
}

async function call(client: Client, times: number, path = '/v1/whoami'): Promise<void> {
  await Promise.all(Array.from({ length: times }, () => client.get(path)));
}

describe('the counts', () => {
  it('are exact after a flush: accepted and denied apart, none for sessions', async () => {
    const before = await stats();
    await call(key.client, 25);
    await call(key.client, 7, '/v1/usage');
    await call(owner, 3);
    const after = await stats();
    expect(after.apiCalls24h - before.apiCalls24h).toBe(25);
    expect(after.deniedCalls24h - before.deniedCalls24h).toBe(7);
    expect(after.lastCallAt).toBe(new Date(now).toISOString());
    expect(await usageOf(key.id)).toMatchObject({ accepted: 25, denied: 7 });
  });

  it('show the last use of a key by accepted calls only', async () => {
    const used = await makeKey(app, owner);
    now += MINUTE_MS;
    await call(used.client, 1);
    const acceptedAt = new Date(now).toISOString();
    now += MINUTE_MS;
    await call(used.client, 1, '/v1/usage');
    await app.services.usage.flush();
    const { body } = await owner.get<ApiKey>(`/v1/api-keys/${used.id}`);
    expect(body.lastUsedAt).toBe(acceptedAt);
  });

  it('count a verification for the key that was asked about and for the caller', async () => {
    const verifier = await makeKey(app, owner, { scopes: ['api_keys.verify'] });
    const target = await makeKey(app, owner);
    const verify = (body: object) => verifier.client.post('/v1/api-keys/verify', body);
    await verify({ key: target.secret });
    await verify({ key: target.secret, scopes: ['usage.read'] });
    await verify({ key: 'tk_live_nobody' });
    expect(await usageOf(target.id)).toMatchObject({ accepted: 1, denied: 1 });
    expect(await usageOf(verifier.id)).toMatchObject({ accepted: 3, denied: 0 });
  });

  it('count no unknown key, and no key of another organization for the asker', async () => {
    const other = await addOrganization(app, 'Other');
    const theirs = await makeKey(app, other.owner.client);
    const verifier = await makeKey(app, owner, { scopes: ['api_keys.verify'] });
    const before = await stats(other.owner.client);
    await verifier.client.post('/v1/api-keys/verify', { key: theirs.secret });
    expect(await stats(other.owner.client)).toEqual(before);
  });

  it('survive the deletion of the key, and the key stays in the total', async () => {
    const gone = await makeKey(app, owner);
    await call(gone.client, 4);
    const before = await stats();
    await owner.delete(`/v1/api-keys/${gone.id}`);
    await call(gone.client, 4);
    const after = await stats();
    const { totalKeys, apiCalls24h, deniedCalls24h } = before;
    expect(after).toMatchObject({ totalKeys, apiCalls24h, deniedCalls24h });
  });

  it('slide by the minute: a call leaves the 24 hours a day after its minute', async () => {
    now += MINUTE_MS;
    await call(key.client, 5);
    const { apiCalls24h: before } = await stats();
    now += DAY_MS - MINUTE_MS;
    const { apiCalls24h: lastMinute, lastCallAt } = await stats();
    now += MINUTE_MS;
    const { apiCalls24h: after } = await stats();
    expect(before).toBeGreaterThanOrEqual(lastMinute);
    expect(lastMinute).toBe(5);
    expect(after).toBe(0);
    expect(lastCallAt).not.toBeNull();
  });
});

describe('the plot', () => {
  it.each([
    { period: '24h', buckets: 96, seconds: 900 },
    { period: '7d', buckets: 168, seconds: 3600 },
    { period: '30d', buckets: 30, seconds: 86_400 },
  ])(
    'of $period has $buckets buckets without gaps that sum up',
    async ({ period, buckets, seconds }) => {
      await call(key.client, 2);
      await app.services.usage.flush();
      const { body } = await owner.get<Usage>(`/v1/usage?period=${period}`);
      expect(body.data).toHaveLength(buckets);
      const starts = body.data.map(({ from }) => Date.parse(from));
      expect(new Set(starts.slice(1).map((at, n) => at - (starts[n] ?? 0)))).toEqual(
        new Set([seconds * 1000]),
      );
      expect(body.data.reduce((sum, bucket) => sum + bucket.accepted, 0)).toBe(body.accepted);
      expect(body.data.at(-1)?.accepted).toBeGreaterThanOrEqual(2);
      expect((starts.at(-1) ?? 0) + seconds * 1000).toBe(
        (Math.floor(now / MINUTE_MS) + 1) * MINUTE_MS,
      );
    },
  );

  it('refuses a period that is none', async () => {
    for (const period of ['1h', '24H', '', '24h&period=7d']) {
      expect((await owner.get(`/v1/usage?period=${period}`)).status).toBe(422);
    }
  });
});

describe('the figures', () => {
  it('begin at nothing', async () => {
    const { owner: fresh } = await addOrganization(app, 'Fresh');
    expect(await stats(fresh.client)).toEqual({
      totalKeys: 0,
      activeKeys: 0,
      apiCalls24h: 0,
      deniedCalls24h: 0,
      lastCallAt: null,
      plan: 'free',
      keysMax: 3,
      keysUsed: 0,
    });
  });

  it('tell active keys from those that only count to the plan', async () => {
    const { owner: fresh } = await addOrganization(app, 'Counted');
    const { client } = fresh;
    const [first, second, third] = [
      await makeKey(app, client),
      await makeKey(app, client),
      await makeKey(app, client, { expiresAt: new Date(now + 1000).toISOString() }),
    ];
    await client.post(`/v1/api-keys/${first.id}/disable`);
    expect(await stats(client)).toMatchObject({ totalKeys: 3, activeKeys: 2, keysUsed: 3 });
    now += 1000;
    expect(await stats(client)).toMatchObject({ totalKeys: 3, activeKeys: 1, keysUsed: 2 });
    await client.post(`/v1/api-keys/${second.id}/revoke`);
    await client.delete(`/v1/api-keys/${third.id}`);
    expect(await stats(client)).toMatchObject({ totalKeys: 3, activeKeys: 0, keysUsed: 1 });
  });
});
