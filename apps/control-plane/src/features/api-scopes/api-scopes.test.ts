import { API_SCOPES_MAX, type DefinedApiScope, type Identity } from '@tollkeeper/contract';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '../../testing/client.ts';
import { join } from '../../testing/join.ts';
import { makeKey } from '../../testing/keys.ts';
import { startOtherOrganization } from '../../testing/other-organization.ts';
import { auditEvents, type Query } from '../../testing/query-database.ts';
import { defaultWorkspace, startOrganization } from '../../testing/start-organization.ts';
import type { TestApp } from '../../testing/test-app.ts';

let app: TestApp;
let owner: Client;
let query: Query;
let stranger: Client;

beforeAll(async () => {
  ({ app, owner, query } = await startOrganization());
  stranger = await startOtherOrganization(app, owner, query);
});

async function define(name: string, description = ''): Promise<DefinedApiScope> {
  const answer = await owner.post<DefinedApiScope>('/v1/api-scopes', { name, description });
  expect(answer.status, answer.problem?.detail).toBe(201);
  return answer.body;
}

async function list(client: Client, search = ''): Promise<DefinedApiScope[]> {
  const { body } = await client.get<{ data: DefinedApiScope[] }>(
    `/v1/api-scopes?limit=100${search}`,
  );
  return body.data;
}

describe('API scopes', () => {
  it('are defined with an audit event, and can be given from then on', async () => {
    const defined = await define('invoices.read', 'See invoices');
    expect(await list(owner)).toContainEqual(defined);
    expect((await auditEvents(query)).at(-1)).toMatchObject({
      action: 'api_scope.create',
      target: { type: 'api_scope', id: 'invoices.read', name: 'invoices.read' },
      before: null,
      after: { description: 'See invoices' },
    });
    const key = await makeKey(app, owner, { scopes: ['apis.call', 'invoices.read'] });
    expect((await key.client.get<Identity>('/v1/whoami')).body.scopes).toContain('invoices.read');
  });

  it('get another description with an audit event; their names stay', async () => {
    await define('refunds.create', 'Refund');
    const path = '/v1/api-scopes/refunds.create';
    const { status, body } = await owner.patch<DefinedApiScope>(path, { description: 'Pay back' });
    expect([status, body.description]).toEqual([200, 'Pay back']);
    expect((await auditEvents(query)).at(-1)).toMatchObject({
      action: 'api_scope.update',
      before: { description: 'Refund' },
      after: { description: 'Pay back' },
    });
    expect((await owner.patch(path, { name: 'refunds.make' })).status).toBe(422);
  });

  it.each([
    ['a built-in scope', 'api_keys.read', 'must not begin with the group of a built-in scope'],
    ['the group of one', 'members.fly', 'must not begin with the group of a built-in scope'],
    ['a group alone', 'policies', 'must be resource.action'],
    ['upper case', 'Invoices.read', 'must be resource.action'],
    ['a digit first', '1nvoices.read', 'must be resource.action'],
    ['three parts', 'invoices.read.all', 'must be resource.action'],
    ['a space', 'invoices.read ', 'must be resource.action'],
    ['65 characters', `${'a'.repeat(32)}.${'b'.repeat(32)}`, 'at most 64 characters'],
  ])('are refused with the name of %s', async (_what, name, rule) => {
    const before = await query('select * from api_scope');
    const { problem } = await owner.post('/v1/api-scopes', { name });
    expect(problem).toMatchObject({ status: 422, errors: [{ path: 'name' }] });
    expect(problem.detail).toContain(rule);
    expect(await query('select * from api_scope')).toEqual(before);
  });

  it('are refused with a name that is taken, also by a request at the same time', async () => {
    const body = { name: 'ledger.read' };
    const answers = await Promise.all([1, 2].map(() => owner.post('/v1/api-scopes', body)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 409]);
  });

  it('are listed in the order of their names, page by page, and found by a text', async () => {
    await define('zoo.feed', 'Feed the 100% real animals');
    await define('aquarium.feed');
    const names = (await list(owner)).map(({ name }) => name);
    expect(names).toEqual(names.toSorted());
    const paged: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page: { body: { data: DefinedApiScope[]; nextCursor: string | null } } =
        await owner.get(`/v1/api-scopes?limit=2${cursor && `&cursor=${cursor}`}`);
      paged.push(...page.body.data.map(({ name }) => name));
      cursor = page.body.nextCursor;
    }
    expect(paged).toEqual(names);
    const found = async (text: string) =>
      (await list(owner, `&search=${encodeURIComponent(text)}`)).map(({ name }) => name);
    expect(await found('FEED')).toEqual(['aquarium.feed', 'zoo.feed']);
    expect(await found('0% REAL')).toEqual(['zoo.feed']);
    expect(await found('%')).toEqual(['zoo.feed']);
    const { body } = await owner.get<{ nextCursor: string }>('/v1/api-keys?limit=1');
    const foreign = await owner.get(`/v1/api-scopes?cursor=${body.nextCursor ?? 'x'}`);
    expect(foreign.problem).toMatchObject({ status: 422, errors: [{ path: 'cursor' }] });
  });

  it('are defined once for an Idempotency-Key, and not again after they were deleted', async () => {
    const post = () =>
      owner.post('/v1/api-scopes', { name: 'once.only' }, { 'idempotency-key': 'once' });
    const [first, second] = [await post(), await post()];
    expect([second.status, second.body]).toEqual([201, first.body]);
    const role = { name: 'once.only', scopes: ['usage.read'] };
    const ofName = { 'idempotency-key': 'role' };
    await owner.post('/v1/roles', role, ofName);
    expect((await owner.delete('/v1/api-scopes/once.only')).status).toBe(204);
    expect((await post()).problem.code).toBe('idempotency_conflict');
    expect((await list(owner)).map(({ name }) => name)).not.toContain('once.only');
    expect((await owner.post('/v1/roles', role, ofName)).status).toBe(201);
  });
});

describe('strangers', () => {
  it('find no API scope of another organization, and may use its name for their own', async () => {
    await define('ours.read');
    const path = '/v1/api-scopes/ours.read';
    expect((await stranger.patch(path, { description: 'theirs' })).status).toBe(404);
    expect((await stranger.delete(`${path}?confirm=true`)).status).toBe(404);
    expect((await list(stranger)).map(({ name }) => name)).not.toContain('ours.read');
    expect((await stranger.post('/v1/api-scopes', { name: 'ours.read' })).status).toBe(201);
  });

  it('change none without the scope for it, nor by a key that a workspace confines', async () => {
    await define('guarded.read');
    const path = '/v1/api-scopes/guarded.read';
    const attempts = (client: Client) => [
      client.post('/v1/api-scopes', { name: 'made.read' }),
      client.patch(path, { description: 'x' }),
      client.delete(path),
    ];
    const viewer = await join(app, owner, 'Vera', 'role_viewer');
    const workspaceId = await defaultWorkspace(owner);
    const scopes = ['policies.read', 'policies.create', 'policies.edit', 'policies.delete'];
    const confined = await makeKey(app, owner, { scopes, workspaceId });
    const before = await query('select * from api_scope');
    for (const [client, code] of [
      [viewer.client, 'insufficient_scope'],
      [confined.client, 'outside_workspace'],
    ] as const) {
      const answers = await Promise.all(attempts(client));
      expect(answers.map(({ problem }) => problem.code)).toEqual([code, code, code]);
    }
    expect(await query('select * from api_scope')).toEqual(before);
  });
});

it(`allows ${API_SCOPES_MAX} API scopes in an organization, and names all of them`, async () => {
  const { body } = await stranger.get<{ id: string }>('/v1/organization');
  await query(
    `insert into api_scope (organization_id, name, description, created_at)
     select $1, 'thing' || n || '.read', 'See it', now() from generate_series(1, $2::int) n`,
    [body.id, API_SCOPES_MAX - 2],
  );
  const last = await stranger.post('/v1/api-scopes', { name: 'last.read' });
  expect(last.status).toBe(201);
  const beyond = await stranger.post('/v1/api-scopes', { name: 'beyond.read' });
  expect(beyond.problem.code).toBe('invalid_state');
  const whoami = await stranger.get<Identity>('/v1/whoami');
  expect(whoami.body.scopes).toEqual(expect.arrayContaining(['last.read', 'thing998.read']));
  const catalog = await stranger.get<{ scopes: { group: string }[] }>('/v1/scopes');
  const own = catalog.body.scopes.filter(({ group }) => group === 'api_scopes');
  expect(own).toHaveLength(API_SCOPES_MAX);
});
