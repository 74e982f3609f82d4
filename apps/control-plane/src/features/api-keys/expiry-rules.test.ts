import type { ApiKey } from '@tollkeeper/contract';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Client } from '../../testing/client.ts';
import type { Query } from '../../testing/query-database.ts';
import { makeKey, startOrganization } from '../../testing/start-organization.ts';
import type { TestApp } from '../../testing/test-app.ts';

const DAY_MS = 86_400_000;
const now = new Date();
let app: TestApp;
let query: Query;
let owner: Client;

beforeAll(async () => {
  ({ app, query, owner } = await startOrganization({ clock: () => now }));
});

beforeEach(() => rules(null, null));

const inDays = (days: number, ms = 0) => new Date(now.getTime() + days * DAY_MS + ms).toISOString();

function rules(defaultExpiryDays: number | null, keyLifetimeDaysMax: number | null) {
  return query('update organization set default_expiry_days = $1, key_lifetime_days_max = $2', [
    defaultExpiryDays,
    keyLifetimeDaysMax,
  ]);
}

function create(client: Client, body: object = {}) {
  return client.post<ApiKey>('/v1/api-keys', { name: 'k', profile: 'organization', ...body });
}

describe('a key whose creator names no expiry', () => {
  it("gets the earliest of the organization's default, the longest lifetime and the calling key's", async () => {
    const { client: key } = await makeKey(app, owner, {
      profile: 'organization',
      expiresAt: inDays(20),
    });
    const none = null;
    for (const [standard, longest, bySession, byKey] of [
      [none, none, none, 20],
      [30, none, 30, 20],
      [10, none, 10, 10],
      [none, 15, 15, 15],
      [30, 15, 15, 15],
      [5, 15, 5, 5],
      [30, 60, 30, 20],
    ] as const) {
      await rules(standard, longest);
      for (const [client, days] of [
        [owner, bySession],
        [key, byKey],
      ] as const) {
        const { body } = await create(client);
        expect(body.expiresAt).toBe(days === null ? null : inDays(days));
      }
    }
  });
});

describe('the longest lifetime', () => {
  it('refuses an expiry beyond it, or none, and names the limit', async () => {
    await rules(null, 30);
    for (const expiresAt of [inDays(30, 1), null]) {
      const refused = await create(owner, { expiresAt });
      expect([refused.status, refused.problem.code]).toEqual([422, 'validation_failed']);
      expect(refused.problem.detail).toContain('30 days');
      expect(refused.problem.errors?.[0]?.path).toBe('expiresAt');
    }
    expect((await create(owner, { expiresAt: inDays(30) })).status).toBe(201);
  });

  it('counts from the creation of a key that is edited, and leaves other edits alone', async () => {
    const { id } = await makeKey(app, owner);
    await query('update api_key set created_at = $1 where id = $2', [inDays(-20), id]);
    await rules(null, 30);
    const edit = (body: object) => owner.patch<ApiKey>(`/v1/api-keys/${id}`, body);
    for (const expiresAt of [inDays(10, 1), null]) {
      expect((await edit({ expiresAt })).status).toBe(422);
    }
    expect((await edit({ expiresAt: inDays(10) })).body.expiresAt).toBe(inDays(10));
    expect((await edit({ name: 'renamed' })).status).toBe(200);
  });

  it('leaves rotation alone: the key keeps its expiry', async () => {
    const { id } = await makeKey(app, owner);
    await owner.patch('/v1/security', { keyLifetimeDaysMax: 30 });
    const rotated = await owner.post<ApiKey>(`/v1/api-keys/${id}/rotate`, {});
    expect([rotated.status, rotated.body.expiresAt]).toEqual([200, inDays(30)]);
  });

  it('holds against creations at the same time: none outlives the limit', async () => {
    const creations = Array.from({ length: 8 }, () => create(owner));
    const saved = owner.patch('/v1/security', { keyLifetimeDaysMax: 7 });
    const more = Array.from({ length: 8 }, () => create(owner, { expiresAt: null }));
    await Promise.all([...creations, saved, ...more]);
    expect(
      await query(
        `select id from api_key where expires_at is null or expires_at > created_at + interval '168 hours'`,
      ),
    ).toEqual([]);
  });
});
