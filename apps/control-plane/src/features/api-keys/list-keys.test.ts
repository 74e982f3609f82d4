import { type ApiKey, createId, KEY_SORTS } from '@tollkeeper/contract';
import { eq } from 'drizzle-orm';
import { beforeAll, describe, expect, it } from 'vitest';
import { apiKey } from '../../db/schema/index.ts';
import type { Client } from '../../testing/client.ts';
import { makeKey } from '../../testing/keys.ts';
import { addMember, choosePlan, claimedOrganization } from '../../testing/people.ts';
import { claimServer, startTestApp, type TestApp } from '../../testing/test-app.ts';

const COUNT = 120;
const MINUTE_MS = 60_000;

type Row = typeof apiKey.$inferInsert;
type Page = { data: ApiKey[]; nextCursor: string | null };

let app: TestApp;
let owner: Client;
let rows: Row[];
let organizationId: string;
let memberId: string;

beforeAll(async () => {
  app = await startTestApp();
  owner = await claimServer(app);
  ({ organizationId, memberId } = await claimedOrganization(app));
  rows = Array.from({ length: COUNT }, (_, n) => row(n));
  await app.services.db.insert(apiKey).values(rows);
});

/** Many share a moment, a name but for its case, or have none of what is sorted by. */
function row(n: number): Row {
  const at = Date.UTC(2026, 0, 1) + Math.floor(n / 7) * MINUTE_MS + (n % 3);
  return {
    id: createId('apiKey', app.services.randomBytes),
    organizationId,
    memberId,
    workspaceId: null,
    name: ['Zulu', 'zulu', 'éclair', '🦊 fox', '100%_done\\', 'a b'][n % 6] ?? '',
    prefix: `tk_live_${String(n).padStart(4, 'A')}`,
    status: (['active', 'disabled', 'revoked'] as const)[n % 3] ?? 'active',
    profile: 'custom',
    scopes: ['api_keys.read'],
    allowedIps: [],
    createdAt: new Date(at),
    lastUsedAt: n % 4 === 0 ? null : new Date(at + (n % 5)),
    expiresAt: n % 2 === 0 ? null : new Date(at + 10 ** 12),
  };
}

async function list(query: string, client = owner): Promise<ApiKey[]> {
  const { status, body } = await client.get<Page>(`/v1/api-keys?limit=100&${query}`);
  expect(status).toBe(200);
  return body.data;
}

/** Every page after the other. */
async function walk(query: string, between = async () => {}): Promise<ApiKey[]> {
  const seen: ApiKey[] = [];
  for (let cursor = ''; ; ) {
    const { body } = await owner.get<Page>(`/v1/api-keys?${query}${cursor}`);
    seen.push(...body.data);
    if (!body.nextCursor) return seen;
    cursor = `&cursor=${body.nextCursor}`;
    await between();
  }
}

describe('the pages of a list', () => {
  const orders = KEY_SORTS.flatMap((sort) => [`sort=${sort}&order=asc`, `sort=${sort}&order=desc`]);

  it.each(orders)('visit each key once, in order: %s', async (order) => {
    const seen = await walk(`limit=17&${order}`);
    expect(seen).toHaveLength(COUNT);
    expect(new Set(seen.map(({ id }) => id)).size).toBe(COUNT);
    const one = (await walk(`limit=100&${order}`)).map(({ id }) => id);
    expect(seen.map(({ id }) => id)).toEqual(one);
    const sort = KEY_SORTS.find((each) => order.includes(`=${each}&`)) ?? 'createdAt';
    if (sort === 'name') return;
    const last = sort === 'lastUsedAt' ? '0' : '9';
    const values = seen.map((key) => key[sort] ?? last);
    expect(values).toEqual(order.endsWith('asc') ? values.toSorted() : values.toSorted().reverse());
  });

  it('miss and repeat none that stood there, while others come and go', async () => {
    const extra: string[] = [];
    const seen = await walk('limit=13&sort=name&order=asc', async () => {
      const [made] = await app.services.db
        .insert(apiKey)
        .values({ ...row(extra.length), id: createId('apiKey', app.services.randomBytes) })
        .returning({ id: apiKey.id });
      extra.push(made?.id ?? '');
      if (extra.length % 2 === 0)
        await app.services.db.delete(apiKey).where(eq(apiKey.id, extra.pop() ?? ''));
    });
    const ids = seen.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual(expect.arrayContaining(rows.map(({ id }) => id)));
    for (const id of extra) await app.services.db.delete(apiKey).where(eq(apiKey.id, id));
  });

  it.each([
    'limit=0',
    'limit=101',
    'limit=-1',
    'limit=1.5',
    'limit=',
    'limit=many',
    'limit=1e2',
    'limit=0x10',
    'limit=%2010',
    'limit=1&limit=2',
  ])('refuse %s', async (query) => {
    const answer = await owner.get(`/v1/api-keys?${query}`);
    expect(answer.problem).toMatchObject({ status: 422, errors: [{ path: 'limit' }] });
  });

  it('are of 50 unless asked, of 1 to 100 if asked', async () => {
    const size = async (query: string) =>
      (await owner.get<Page>(`/v1/api-keys${query}`)).body.data.length;
    expect([await size(''), await size('?limit=1'), await size('?limit=100')]).toEqual([
      50, 1, 100,
    ]);
  });
});

describe('a cursor', () => {
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  it.each([
    'x',
    encode('x'),
    encode(['createdAt', 'desc', '2026-01-01T00:00:00.000Z']),
    encode(['createdAt', 'desc', 'yesterday', 'key_x']),
    encode(['createdAt', 'desc', '+275760-09-13T00:00:00.000Z', 'key_x']),
    encode(['createdAt', 'desc', '0000-01-01T00:00:00.000Z', 'key_x']),
    encode(['createdAt', 'desc', "'; drop table api_key; --", 'key_x']),
    encode(['createdAt', 'asc', '2026-01-01T00:00:00.000Z', 'key_x']),
    encode(['name', 'desc', 'a', 'key_x']),
    encode(['createdAt', 'desc', '2026-01-01T00:00:00.000Z', 'key_\0']),
    encode(['createdAt', 'desc', '2026-01-01T00:00:00.000Z', 7]),
    Buffer.from('["createdAt","desc","infinity","\\ud800"]').toString('base64url'),
    encode(['id', 'asc', '', 'mem_x']),
    'a'.repeat(513),
    '%00',
  ])('is refused when no list in this order gave it: %s', async (cursor) => {
    const answer = await owner.get(`/v1/api-keys?cursor=${cursor}`);
    expect(answer.problem).toMatchObject({ status: 422, code: 'validation_failed' });
  });

  it('opens no view of another member’s keys', async () => {
    const { client } = await addMember(app, organizationId, 'developer');
    const { body } = await owner.get<Page>('/v1/api-keys?limit=1');
    const answer = await client.get<Page>(`/v1/api-keys?limit=100&cursor=${body.nextCursor}`);
    expect(answer.body.data).toEqual([]);
  });
});

describe('filters and search', () => {
  it('refuse a key in the address, where logs keep it', async () => {
    const answer = await owner.get(`/v1/api-keys?search=tk_live_${'a'.repeat(38)}`);
    expect([answer.status, answer.problem.code]).toEqual([422, 'validation_failed']);
  });

  it('filter by status, owner and workspace, together', async () => {
    const disabled = await list('state=disabled');
    expect(disabled).toHaveLength(COUNT / 3);
    expect(new Set(disabled.map(({ status }) => status))).toEqual(new Set(['disabled']));
    const { memberId: nobody } = await addMember(app, organizationId, 'viewer');
    expect(await list(`memberId=${nobody}`)).toEqual([]);
    expect(await list(`memberId=${memberId}&state=revoked`)).toHaveLength(COUNT / 3);
    await choosePlan(app, 'enterprise');
    const { workspaceId } = await claimedOrganization(app);
    const confined = await makeKey(app, owner, { workspaceId });
    expect((await list(`workspaceId=${workspaceId}`)).map(({ id }) => id)).toEqual([confined.id]);
    await owner.delete(`/v1/api-keys/${confined.id}`);
  });

  it.each([
    ['ZULU', 40],
    ['éclair', 20],
    ['🦊', 20],
    ['%', 20],
    ['_', 20],
    ['\\', 20],
    ['0%_d', 20],
    ['a_b', 0],
    ["' or 1=1 --", 0],
    ['tk_live_AAA7', 1],
    ['TK_LIVE_aaa7', 1],
    ['live_AAA7', 0],
  ])('find what is written, not a pattern: %s', async (search, count) => {
    expect(await list(`search=${encodeURIComponent(search)}`)).toHaveLength(count);
  });

  it('refuse a whole key, which must not stand in an address', async () => {
    const { secret, id } = await makeKey(app, owner);
    const answer = await owner.get(`/v1/api-keys?search=${secret}`);
    expect(answer.status).toBe(422);
    expect(JSON.stringify(answer.problem)).not.toContain(secret);
    await owner.delete(`/v1/api-keys/${id}`);
  });
});
