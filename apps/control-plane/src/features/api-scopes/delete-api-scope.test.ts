import type { ApiKey, Role } from '@tollkeeper/contract';
import { isScope } from '@tollkeeper/contract';
import { authorize, createCounters, systemClock } from '@tollkeeper/gateway-core';
import { scopeSet } from '@tollkeeper/verify';
import { beforeAll, beforeEach, expect, it, vi } from 'vitest';
import type { Client } from '../../testing/client.ts';
import { WAIT } from '../../testing/fleet-world.ts';
import { join } from '../../testing/join.ts';
import { makeKey } from '../../testing/keys.ts';
import { startOtherOrganization } from '../../testing/other-organization.ts';
import { auditEvents, type Query } from '../../testing/query-database.ts';
import { startRealGateway } from '../../testing/real-gateway.ts';
import { defaultWorkspace, startOrganization } from '../../testing/start-organization.ts';
import type { TestApp } from '../../testing/test-app.ts';
import { whileHeld } from '../../testing/while-held.ts';

let app: TestApp;
let owner: Client;
let query: Query;

beforeAll(async () => {
  ({ app, owner, query } = await startOrganization());
});

const NAME = 'invoices.read';
const PATH = `/v1/api-scopes/${NAME}`;
const SCOPES = ['apis.call', NAME];

beforeEach(async () => {
  await owner.delete(`${PATH}?confirm=true`);
  await query('delete from role');
  expect((await owner.post('/v1/api-scopes', { name: NAME, description: 'See' })).status).toBe(201);
});

async function makeRole(name: string, scopes = SCOPES): Promise<Role> {
  const answer = await owner.post<Role>('/v1/roles', { name, scopes });
  expect(answer.status, answer.problem?.detail).toBe(201);
  return answer.body;
}

const readKey = async (id: string) => (await owner.get<ApiKey>(`/v1/api-keys/${id}`)).body;

async function holders(): Promise<number> {
  const rows = await query(
    `select id from api_key where $1 = any(scopes) union all select id from role where $1 = any(scopes)`,
    [NAME],
  );
  return rows.length;
}

it('deletes an API scope that nothing holds, with an audit event', async () => {
  expect((await owner.delete(PATH)).status).toBe(204);
  expect((await auditEvents(query)).at(-1)).toMatchObject({
    action: 'api_scope.delete',
    target: { type: 'api_scope', id: NAME },
    before: { description: 'See' },
    after: null,
  });
  expect((await owner.delete(PATH)).status).toBe(404);
  const given = await owner.post('/v1/api-keys', { name: 'a', profile: 'custom', scopes: SCOPES });
  expect(given.status).toBe(422);
});

it('names the keys and roles that hold it, unless that is confirmed', async () => {
  for (const name of ['ci', 'staging']) await makeKey(app, owner, { name, scopes: SCOPES });
  await makeRole('Clerk');
  const { problem } = await owner.delete(PATH);
  expect([problem.status, problem.code]).toEqual([409, 'invalid_state']);
  expect(problem.detail).toBe(
    `Cannot delete the API scope "${NAME}": the API keys "ci" and "staging" and the role "Clerk" hold it. Confirm to remove it from all of them.`,
  );
  expect(await holders()).toBe(3);
});

it('names the policies that ask for it, and they go on asking for a scope that no key holds', async () => {
  const workspaceId = await defaultWorkspace(owner);
  const { secret } = await makeKey(app, owner, { name: 'ci', scopes: SCOPES });
  // Written with an escape, as the statement is not.
  const condition = 'principal.scopes.contains("invoices\\u{2e}read")';
  const text = `forbid (principal, action, resource) unless { ${condition} };`;
  await owner.post('/v1/policies', { workspaceId, name: 'Readers', text });
  const other = `// ${NAME}\n${text.replace('read', 'reader').replace('unless', 'when')}`;
  await owner.post('/v1/policies', { workspaceId, name: 'Other', text: other });
  const verify = async () => {
    const call = {
      key: secret,
      workspaceId,
      ip: '192.0.2.7',
      request: { method: 'GET', path: '/' },
    };
    return (await owner.post<{ code: string }>('/v1/api-keys/verify', call)).body.code;
  };
  expect(await verify()).toBe('valid');
  const refused = `Cannot delete the API scope "${NAME}":`;
  const asks = 'the policy "Readers" asks for it. Confirm to';
  expect((await owner.delete(PATH)).problem.detail).toBe(
    `${refused} the API key "ci" holds it, and ${asks} remove it from all of them.`,
  );
  expect((await owner.delete(`${PATH}?confirm=true`)).status).toBe(204);
  expect(await verify()).toBe('policy_denied');
  await owner.post('/v1/api-scopes', { name: NAME });
  expect((await owner.delete(PATH)).problem.detail).toBe(
    `${refused} ${asks} delete it; no key will hold what they ask for.`,
  );
  const caller = await makeKey(app, owner, { name: 'caller', scopes: ['policies.delete'] });
  expect((await caller.client.delete(PATH)).problem.detail).toContain(
    `${refused} 1 policy asks for it.`,
  );
  await query(`delete from policy where name in ('Readers', 'Other')`);
});

it('takes it from all keys and roles in one change, once that is confirmed', async () => {
  const key = await makeKey(app, owner, { name: 'ci', scopes: SCOPES });
  const disabled = await makeKey(app, owner, { name: 'off', scopes: [NAME] });
  await owner.post(`/v1/api-keys/${disabled.id}/disable`);
  const revoked = await makeKey(app, owner, { name: 'gone', scopes: SCOPES });
  await owner.post(`/v1/api-keys/${revoked.id}/revoke`, {});
  const role = await makeRole('Clerk');
  const count = (await auditEvents(query)).length;
  expect((await owner.delete(`${PATH}?confirm=true`)).status).toBe(204);
  expect(await holders()).toBe(0);
  expect((await readKey(key.id)).scopes).toEqual(['apis.call']);
  expect((await readKey(disabled.id)).scopes).toEqual([]);
  const events = (await auditEvents(query)).slice(count);
  expect(events.map(({ action }) => action)).toEqual([
    'api_scope.delete',
    'api_key.update',
    'api_key.update',
    'api_key.update',
    'role.update',
  ]);
  expect(events).toContainEqual(
    expect.objectContaining({
      action: 'api_key.update',
      target: { type: 'api_key', id: key.id, name: 'ci' },
      before: { scopes: SCOPES },
      after: { scopes: ['apis.call'] },
    }),
  );
  expect(events.at(-1)).toMatchObject({
    target: { type: 'role', id: role.id },
    before: { scopes: SCOPES },
    after: { scopes: ['apis.call'] },
  });
});

it('gives no key back what it held, when one of the same name is defined later', async () => {
  const key = await makeKey(app, owner, { scopes: SCOPES });
  await owner.delete(`${PATH}?confirm=true`);
  await owner.post('/v1/api-scopes', { name: NAME });
  const { body } = await owner.post<{ valid: boolean; code: string }>('/v1/api-keys/verify', {
    key: key.secret,
    scopes: [NAME],
  });
  expect(body).toMatchObject({ valid: false, code: 'insufficient_scope' });
});

it('reaches gateways: no key holds it there either, by itself or by a role', async () => {
  const role = await makeRole('Caller', [...SCOPES, 'api_keys.create']);
  const { client } = await join(app, owner, 'Cal', role.id);
  const keys = [
    await makeKey(app, owner, { scopes: SCOPES }),
    await makeKey(app, client, { scopes: SCOPES }),
  ];
  const { fleet } = await startRealGateway(app, owner, await defaultWorkspace(owner));
  const required = scopeSet([NAME].filter(isScope));
  const codes = () =>
    keys.map(({ secret }) => {
      const request = { secret, ip: '127.0.0.1', required, call: undefined };
      return authorize(fleet, request, Date.now(), createCounters(systemClock)).code;
    });
  await vi.waitUntil(() => codes().every((code) => code === 'valid'), WAIT);
  await owner.delete(`${PATH}?confirm=true`);
  await vi.waitUntil(() => codes().every((code) => code === 'insufficient_scope'), WAIT);
  await owner.post('/v1/api-scopes', { name: NAME });
  expect(codes()).toEqual(['insufficient_scope', 'insufficient_scope']);
});

it('shows what holds it only to those who may read keys and roles, and their own keys', async () => {
  const scopes = ['policies.delete', NAME];
  await makeRole('Clerk');
  const caller = await makeKey(app, owner, { name: 'caller', scopes });
  expect((await caller.client.delete(PATH)).problem.detail).toContain('1 API key and 1 role hold');
  const role = await makeRole('Reader', [...scopes, 'api_keys.create', 'api_keys.read']);
  const reader = await join(app, owner, 'Rea', role.id);
  await makeKey(app, reader.client, { name: 'mine', scopes: [NAME] });
  const { problem } = await reader.client.delete(PATH);
  expect(problem.detail).toContain('the API keys "mine" and 1 more and 2 roles hold it');
});

it('is refused to somebody who does not hold it, while others do', async () => {
  const developer = await join(app, owner, 'Dan', 'role_developer');
  await makeKey(app, owner, { name: 'ci', scopes: SCOPES });
  for (const path of [PATH, `${PATH}?confirm=true`]) {
    const { problem } = await developer.client.delete(path);
    expect(problem).toMatchObject({ code: 'scope_not_held', scopes: [NAME] });
  }
  expect(await holders()).toBe(1);
  await owner.delete(`${PATH}?confirm=true`);
  await owner.post('/v1/api-scopes', { name: NAME });
  expect((await developer.client.delete(PATH)).status).toBe(204);
});

it('refuses to take it from more keys than one request can change', async () => {
  const { id } = await makeKey(app, owner, { scopes: SCOPES });
  await query(
    `insert into api_key (id, organization_id, member_id, name, prefix, status, profile, scopes,
       allowed_ips, created_at)
     select 'key_' || lpad(n::text, 20, 'K'), organization_id, member_id, name, prefix, 'revoked',
       profile, scopes, allowed_ips, created_at
     from api_key, generate_series(1, 10000) n where id = $1`,
    [id],
  );
  const { problem } = await owner.delete(`${PATH}?confirm=true`);
  expect([problem.status, problem.code]).toEqual([409, 'invalid_state']);
  expect(problem.detail).toContain('10001 API keys hold it');
  expect(await holders()).toBe(10_001);
  await query(`delete from api_key where id like 'key_K%'`);
});

it('gives no key an API scope that is being deleted', async () => {
  const answer = await whileHeld(
    app.database,
    (holder) => holder.query('delete from api_scope where name = $1', [NAME]),
    () => owner.post('/v1/api-keys', { name: 'late', profile: 'custom', scopes: SCOPES }),
  );
  expect(answer.problem).toMatchObject({ status: 422, errors: [{ path: 'scopes/1' }] });
  expect(await holders()).toBe(0);
});

it('takes it from a key that is being given it', async () => {
  const { id } = await makeKey(app, owner, { scopes: ['apis.call'] });
  const answer = await whileHeld(
    app.database,
    async (holder) => {
      await holder.query('select from api_scope where name = $1 for key share', [NAME]);
      await holder.query('update api_key set scopes = $1 where id = $2', [SCOPES, id]);
    },
    () => owner.delete(`${PATH}?confirm=true`),
  );
  expect(answer.status).toBe(204);
  expect(await holders()).toBe(0);
});

it('leaves those of another organization as they are, and what holds them', async () => {
  const stranger = await startOtherOrganization(app, owner, query);
  const defined = { name: NAME, description: 'Theirs' };
  expect((await stranger.post('/v1/api-scopes', defined)).status).toBe(201);
  await makeKey(app, stranger, { name: 'theirs', scopes: SCOPES });
  expect((await stranger.post('/v1/roles', { name: 'Theirs', scopes: SCOPES })).status).toBe(201);
  const asking = `permit (principal, action, resource) when { principal.scopes == ["${NAME}"] };`;
  const policy = { workspaceId: null, name: 'Theirs', text: asking };
  expect((await stranger.post('/v1/policies', policy)).status).toBe(201);
  const readTheirs = () =>
    query(
      `select name, scopes from api_key where name = 'theirs'
       union all select name, scopes from role where name = 'Theirs'
       union all select description, array[name] from api_scope where description = 'Theirs'`,
    );
  const before = await readTheirs();
  expect(before).toHaveLength(3);
  expect((await owner.patch(PATH, { description: 'Ours' })).status).toBe(200);
  // No confirmation is needed for what others hold.
  expect((await owner.delete(PATH)).status).toBe(204);
  await owner.post('/v1/api-scopes', { name: NAME });
  await makeKey(app, owner, { scopes: SCOPES });
  expect((await owner.delete(`${PATH}?confirm=true`)).status).toBe(204);
  expect(await readTheirs()).toEqual(before);
  const updated = (await auditEvents(query)).filter(({ action }) => action.endsWith('.update'));
  expect(updated.filter((event) => JSON.stringify(event).includes('heirs'))).toEqual([]);
});
