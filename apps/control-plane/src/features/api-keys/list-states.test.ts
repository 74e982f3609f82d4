import type { ApiKey } from '@tollkeeper/contract';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '../../testing/client.ts';
import { makeKey } from '../../testing/keys.ts';
import { addMember, addWorkspace, choosePlan, claimedOrganization } from '../../testing/people.ts';
import { type Query, queryDatabase } from '../../testing/query-database.ts';
import { claimServer, startTestApp, type TestApp } from '../../testing/test-app.ts';

interface Page {
  readonly data: ApiKey[];
  readonly nextCursor: string | null;
  readonly totalCount: number;
}

/** By name: what is stored, and the state that it makes. */
const KEYS = {
  working: ['active', null, 'active'],
  lasting: ['active', '1 hour', 'active'],
  ended: ['active', '-1 hour', 'expired'],
  paused: ['disabled', null, 'disabled'],
  'paused and ended': ['disabled', '-1 hour', 'disabled'],
  finished: ['revoked', null, 'revoked'],
  'finished and ended': ['revoked', '-1 hour', 'revoked'],
} as const;

let app: TestApp;
let owner: Client;
let query: Query;
let organizationId: string;

beforeAll(async () => {
  app = await startTestApp();
  owner = await claimServer(app);
  query = queryDatabase(app.database);
  ({ organizationId } = await claimedOrganization(app));
  await choosePlan(app, 'enterprise');
  for (const [name, [status, expiresIn]] of Object.entries(KEYS)) {
    const { id } = await makeKey(app, owner, { name });
    await query('update api_key set status = $2, expires_at = now() + $3::interval where id = $1', [
      id,
      status,
      expiresIn,
    ]);
  }
});

async function list(filter: string, client = owner): Promise<Page> {
  const { status, body } = await client.get<Page>(`/v1/api-keys?${filter}`);
  expect(status).toBe(200);
  return body;
}

describe('the state of a key in lists', () => {
  it.each(['active', 'expired', 'disabled', 'revoked'])('finds and shows %s', async (state) => {
    const names = Object.entries(KEYS).flatMap(([name, [, , its]]) => (its === state ? name : []));
    const { data, totalCount } = await list(`state=${state}`);
    expect(data.map(({ name }) => name).sort()).toEqual(names.sort());
    expect(new Set(data.map((key) => key.state))).toEqual(new Set([state]));
    expect(totalCount).toBe(names.length);
  });

  it('refuses a state that is none', async () => {
    expect((await owner.get('/v1/api-keys?state=asleep')).status).toBe(422);
  });
});

describe('the total count', () => {
  it('is of all pages, on each of them', async () => {
    const first = await list('limit=2&state=active&sort=name&order=asc');
    expect([first.data.length, first.totalCount]).toEqual([2, 2]);
    const page = await list('limit=2&sort=name');
    expect([page.data.length, page.totalCount]).toEqual([2, Object.keys(KEYS).length]);
    const next = await list(
      `limit=2&sort=name&cursor=${encodeURIComponent(page.nextCursor ?? '')}`,
    );
    expect([next.data.length, next.totalCount]).toEqual([2, Object.keys(KEYS).length]);
  });

  it('counts no key that the caller does not see', async () => {
    const { client } = await addMember(app, organizationId, 'developer');
    expect(await list('', client)).toMatchObject({ data: [], totalCount: 0 });
    const workspaceId = await addWorkspace(app, organizationId, 'elsewhere');
    const scopes = ['api_keys.read', 'api_keys.manage_all'];
    const confined = await makeKey(app, owner, { scopes, workspaceId });
    const page = await list('', confined.client);
    expect(page.data.map(({ id }) => id)).toEqual([confined.id]);
    expect(page.totalCount).toBe(1);
  });
});
