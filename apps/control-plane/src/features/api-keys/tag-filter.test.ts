import type { ApiKey } from '@tollkeeper/contract';
import { beforeAll, expect, it } from 'vitest';
import type { Client } from '../../testing/client.ts';
import { makeKey } from '../../testing/keys.ts';
import { addMember, claimedOrganization } from '../../testing/people.ts';
import { shorten } from '../../testing/shorten.ts';
import { startOrganization } from '../../testing/start-organization.ts';
import type { TestApp } from '../../testing/test-app.ts';

let app: TestApp;
let owner: Client;

beforeAll(async () => {
  ({ app, owner } = await startOrganization());
  const keys = {
    api: ['prod', 'payments'],
    web: ['prod', '100%'],
    ci: ['PROD', 'ci'],
    'prod-like': [],
    lab: ['équipe a', 'a_b', '"quoted" {x}', 'back\\slash'],
  };
  for (const [name, tags] of Object.entries(keys)) await makeKey(app, owner, { name, tags });
});

async function names(query: Record<string, string>, client = owner): Promise<string[]> {
  const { body } = await client.get<{ data: ApiKey[]; totalCount: number }>(
    `/v1/api-keys?sort=name&order=asc&${new URLSearchParams(query)}`,
  );
  expect(body.totalCount).toBe(body.data.length);
  return body.data.map(({ name }) => name);
}

it.each([
  ['prod', ['api', 'web']],
  ['PROD', ['ci']],
  ['prod,payments', ['api']],
  [' payments , prod ', ['api']],
  ['prod,ci', []],
  ['pro', []],
  ['100%', ['web']],
  ['e\u0301quipe a', ['lab']],
  ['"quoted" {x}', ['lab']],
  ['back\\slash,a_b', ['lab']],
  ["' or 1=1 --", []],
])('the filter finds keys that have each of these tags: %j', async (tags, expected) => {
  expect(await names({ tags })).toEqual(expected);
});

it.each([
  ['prod', ['api', 'ci', 'prod-like', 'web']],
  ['ayment', ['api']],
  ['ÉQUIPE', ['lab']],
  ['100%', ['web']],
  ['a_b', ['lab']],
  ['a%b', []],
  // No search reaches from one tag into the next.
  ['payments prod', []],
])('the search finds text in tags as it does in names: %j', async (search, expected) => {
  expect(await names({ search })).toEqual(expected);
});

it('goes with the other filters and with pages', async () => {
  expect(await names({ tags: 'prod', state: 'disabled' })).toEqual([]);
  expect(await names({ tags: 'prod', search: 'we' })).toEqual(['web']);
  type Page = { data: ApiKey[]; nextCursor: string; totalCount: number };
  const first = await owner.get<Page>('/v1/api-keys?tags=prod&sort=name&order=asc&limit=1');
  expect(first.body).toMatchObject({ data: [{ name: 'api' }], totalCount: 2 });
  const rest = { tags: 'prod', limit: '1', cursor: first.body.nextCursor };
  const next = await owner.get<Page>(
    `/v1/api-keys?sort=name&order=asc&${new URLSearchParams(rest)}`,
  );
  expect(next.body).toMatchObject({ data: [{ name: 'web' }], nextCursor: null, totalCount: 2 });
});

it('shows nobody a key that they do not see', async () => {
  const { organizationId } = await claimedOrganization(app);
  const { client } = await addMember(app, organizationId, 'developer');
  expect(await names({ tags: 'prod' }, client)).toEqual([]);
  expect(await names({ search: 'payments' }, client)).toEqual([]);
});

it.each(
  ['', ',', 'a,,b', 'a,', 'x'.repeat(65), 'x'.repeat(513), 'a\nb', `tk_live_${'a'.repeat(38)}`].map(
    (tags) => [shorten(tags), tags] as const,
  ),
)('is refused where it names no tag: %s', async (_, tags) => {
  const { problem } = await owner.get(`/v1/api-keys?${new URLSearchParams({ tags })}`);
  expect(problem).toMatchObject({ status: 422, errors: [{ path: 'tags' }] });
});
