import type { ApiKeyWithSecret, Workspace } from '@tollkeeper/contract';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '../../testing/client.ts';
import { joinFleet, joinWith, makeJoinKey } from '../../testing/fleet.ts';
import { join } from '../../testing/join.ts';
import { startOtherOrganization } from '../../testing/other-organization.ts';
import { auditEvents, type Query, queryDatabase } from '../../testing/query-database.ts';
import { claimServer, startTestApp, type TestApp, withKey } from '../../testing/test-app.ts';
import { setPlan } from '../billing/index.ts';

let app: TestApp;
let owner: Client;
let query: Query;

beforeAll(async () => {
  app = await startTestApp();
  owner = await claimServer(app);
  query = queryDatabase(app.database);
  await setPlan(app.services, 'enterprise', undefined, 'req_test');
});

async function createWorkspace(name: string, environment = 'live'): Promise<Workspace> {
  const answer = await owner.post<Workspace>('/v1/workspaces', { name, environment });
  expect(answer.status, answer.problem?.detail).toBe(201);
  return answer.body;
}

async function createKeyIn(
  workspace: Workspace,
  scopes = [
    'api_keys.read',
    'workspaces.read',
    'workspaces.manage',
    'api_keys.verify',
    'usage.read',
  ],
) {
  const answer = await owner.post<ApiKeyWithSecret>('/v1/api-keys', {
    name: `in ${workspace.name}`,
    profile: 'custom',
    scopes,
    workspaceId: workspace.id,
  });
  expect(answer.status, answer.problem?.detail).toBe(201);
  return answer.body;
}

describe('workspaces', () => {
  it('are created with an audit event; their environment picks the prefix of keys', async () => {
    const workspace = await createWorkspace('staging', 'test');
    expect((await auditEvents(query)).at(-1)).toMatchObject({
      action: 'workspace.create',
      target: { type: 'workspace', id: workspace.id },
      after: { name: 'staging', environment: 'test' },
    });
    expect((await createKeyIn(workspace)).prefix).toMatch(/^tk_test_/);
  });

  it('are not created with a name that is taken, in whatever letters', async () => {
    const answer = await owner.post('/v1/workspaces', { name: ' DEFAULT ', environment: 'live' });
    expect(answer.problem.code).toBe('invalid_state');
  });

  it('are renamed, but not to a name that is taken', async () => {
    const workspace = await createWorkspace('eu');
    const renamed = await owner.patch<Workspace>(`/v1/workspaces/${workspace.id}`, {
      name: ' europe ',
    });
    expect(renamed.body.name).toBe('europe');
    const taken = await owner.patch(`/v1/workspaces/${workspace.id}`, { name: 'Default ' });
    expect(taken.problem.code).toBe('invalid_state');
    // As servers of earlier versions stored it.
    await query(`update workspace set name = ' europe' where id = $1`, [workspace.id]);
    const again = await owner.post('/v1/workspaces', { name: 'Europe', environment: 'live' });
    expect(again.problem.code).toBe('invalid_state');
  });

  it('are deleted when empty; with keys only after the name is typed, and the keys go too', async () => {
    const workspace = await createWorkspace('old');
    const key = await createKeyIn(workspace);
    const path = `/v1/workspaces/${workspace.id}`;
    const json = { 'content-type': 'application/json' };
    expect((await owner.delete(path)).problem.code).toBe('invalid_state');
    const mistyped = await owner.raw('DELETE', path, JSON.stringify({ name: 'Old' }), json);
    expect(mistyped.problem.code).toBe('validation_failed');
    expect((await withKey(app, key.secret ?? '').get('/v1/whoami')).status).toBe(200);
    expect((await owner.raw('DELETE', path, JSON.stringify({ name: 'old' }), json)).status).toBe(
      204,
    );
    expect((await withKey(app, key.secret ?? '').get('/v1/whoami')).problem.code).toBe(
      'invalid_key',
    );
    expect(await query('select 1 from api_key_secret where key_id = $1', [key.id])).toEqual([]);
  });

  it('are not empty with a gateway or a join key in them, which go with them', async () => {
    const workspace = await createWorkspace('fleet');
    const path = `/v1/workspaces/${workspace.id}`;
    const remove = (body: object) =>
      owner.raw('DELETE', path, JSON.stringify(body), { 'content-type': 'application/json' });
    const { joinKey, gateway } = await joinFleet(app, owner, workspace.id);
    const { body } = await owner.get<{ data: Workspace[] }>('/v1/workspaces');
    expect(body.data.find(({ id }) => id === workspace.id)).toMatchObject({
      keysCount: 0,
      gatewaysCount: 1,
      joinKeysCount: 1,
    });
    const refused = await remove({});
    expect(refused.problem.code).toBe('invalid_state');
    expect(refused.problem.detail).toContain('1 gateway, 1 join key');
    expect((await owner.get(`/v1/gateways/${gateway.gatewayId}`)).status).toBe(200);
    await owner.delete(`/v1/join-keys/${joinKey.id}`);
    expect((await remove({})).problem.detail).toContain('it holds 1 gateway.');
    const heard = () =>
      query('select 1 from change where subject_id = $1', [gateway.gatewayId]).then(
        (rows) => rows.length,
      );
    const before = await heard();
    expect((await remove({ name: 'fleet' })).status).toBe(204);
    expect(await heard()).toBe(before + 1);
    expect((await owner.get(`/v1/gateways/${gateway.gatewayId}`)).status).toBe(404);
    expect((await auditEvents(query)).at(-1)).toMatchObject({
      action: 'workspace.delete',
      before: { gateways: [{ id: gateway.gatewayId, name: 'edge' }], joinKeys: [] },
    });
  });

  it('are not empty with a join key alone', async () => {
    const workspace = await createWorkspace('waiting');
    const { secret } = await makeJoinKey(owner, { workspaceId: workspace.id });
    const path = `/v1/workspaces/${workspace.id}`;
    expect((await owner.delete(path)).problem.detail).toContain('it holds 1 join key.');
    const json = { 'content-type': 'application/json' };
    const deleted = await owner.raw('DELETE', path, JSON.stringify({ name: 'waiting' }), json);
    expect(deleted.status).toBe(204);
    expect((await joinWith(app, secret)).problem.code).toBe('join_key_invalid');
  });

  it('leave the last one standing, also when two are deleted at once', async () => {
    const { body } = await owner.get<{ data: Workspace[] }>('/v1/workspaces');
    const json = { 'content-type': 'application/json' };
    const answers = await Promise.all(
      body.data.map(({ id, name }) =>
        owner.raw('DELETE', `/v1/workspaces/${id}`, JSON.stringify({ name }), json),
      ),
    );
    expect(answers.filter((answer) => answer.status === 409)).toHaveLength(1);
    expect(await query('select 1 from workspace')).toHaveLength(1);
  });
});

describe('a key confined to a workspace', () => {
  it('reaches nothing of another: 404', async () => {
    const [one, two] = [await createWorkspace('one'), await createWorkspace('two')];
    const inOne = withKey(app, (await createKeyIn(one)).secret ?? '');
    const inTwo = await createKeyIn(two);
    for (const answer of [
      await inOne.get(`/v1/api-keys/${inTwo.id}`),
      await inOne.get(`/v1/api-keys/${inTwo.id}/usage`),
      await inOne.patch(`/v1/workspaces/${two.id}`, { name: 'mine' }),
    ]) {
      expect(answer.status).toBe(404);
    }
    const listed = await inOne.get<{ data: Workspace[] }>('/v1/workspaces');
    expect(listed.body.data.map((each) => each.id)).toEqual([one.id]);
    const keys = await inOne.get<{ data: { workspaceId: string }[] }>('/v1/api-keys');
    expect(new Set(keys.body.data.map((each) => each.workspaceId))).toEqual(new Set([one.id]));
  });

  it('learns nothing of a key of another by verifying it', async () => {
    const [three, four] = [await createWorkspace('three'), await createWorkspace('four')];
    const caller = withKey(app, (await createKeyIn(three)).secret ?? '');
    const other = await createKeyIn(four);
    const answer = await caller.post('/v1/api-keys/verify', { key: other.secret });
    expect(answer.body).toMatchObject({
      valid: false,
      code: 'wrong_workspace',
      keyId: null,
      name: null,
    });
  });

  it('creates and deletes no workspace', async () => {
    const five = await createWorkspace('five');
    const caller = withKey(app, (await createKeyIn(five)).secret ?? '');
    const created = await caller.post('/v1/workspaces', { name: 'six', environment: 'live' });
    expect(created.problem.code).toBe('outside_workspace');
    expect((await caller.delete(`/v1/workspaces/${five.id}`)).problem.code).toBe(
      'outside_workspace',
    );
  });
});

describe('strangers', () => {
  it('find no workspace of another organization, and lesser roles change none', async () => {
    const workspace = await createWorkspace('ours');
    const stranger = await startOtherOrganization(app, owner, query);
    expect(
      (await stranger.patch(`/v1/workspaces/${workspace.id}`, { name: 'theirs' })).status,
    ).toBe(404);
    expect((await stranger.delete(`/v1/workspaces/${workspace.id}`)).status).toBe(404);
    const developer = await join(app, owner, 'Dan', 'role_developer');
    const answer = await developer.client.post('/v1/workspaces', {
      name: 'mine',
      environment: 'live',
    });
    expect(answer.problem.code).toBe('insufficient_scope');
  });

  it('gets a clear answer to bad input, and nothing changes', async () => {
    const before = await query('select * from workspace');
    for (const body of [
      {},
      { name: '', environment: 'live' },
      { name: 'a', environment: 'moon' },
      { name: 'a', environment: 'live', id: 'ws_x' },
    ]) {
      expect((await owner.post('/v1/workspaces', body)).status).toBe(422);
    }
    expect(await query('select * from workspace')).toEqual(before);
  });
});
