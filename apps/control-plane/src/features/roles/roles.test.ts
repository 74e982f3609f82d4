import type { ApiKeyWithSecret, Role } from '@tollkeeper/contract';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '../../testing/client.ts';
import { type Joined, join } from '../../testing/join.ts';
import { startOtherOrganization } from '../../testing/other-organization.ts';
import { auditEvents, type Query, queryDatabase } from '../../testing/query-database.ts';
import { claimServer, startTestApp, type TestApp, withKey } from '../../testing/test-app.ts';

let app: TestApp;
let owner: Client;
let admin: Joined;
let query: Query;

beforeAll(async () => {
  app = await startTestApp();
  owner = await claimServer(app);
  query = queryDatabase(app.database);
  admin = await join(app, owner, 'Admin', 'role_admin');
});

async function createRole(name: string, scopes: string[], client = owner): Promise<Role> {
  const answer = await client.post<Role>('/v1/roles', { name, scopes });
  expect(answer.status, answer.problem?.detail).toBe(201);
  return answer.body;
}

describe('custom roles', () => {
  it('are created up to the creator’s own scopes, with an audit event', async () => {
    const role = await createRole('Key reader', ['api_keys.read']);
    expect(role).toMatchObject({ name: 'Key reader', builtIn: false, membersCount: 0 });
    const event = (await auditEvents(query)).at(-1);
    expect(event).toMatchObject({
      action: 'role.create',
      target: { type: 'role', id: role.id },
      before: null,
      after: { name: 'Key reader', scopes: ['api_keys.read'] },
    });
    const beyond = await admin.client.post('/v1/roles', {
      name: 'Heir',
      scopes: ['organization.transfer'],
    });
    expect(beyond.problem).toMatchObject({
      code: 'scope_not_held',
      scopes: ['organization.transfer'],
    });
  });

  it('refuses names that are taken, also by a built-in role and in other letters', async () => {
    expect(await createRole(' Auditor', ['audit.read'])).toMatchObject({ name: 'Auditor' });
    for (const name of ['auditor', ' Auditor ', 'OWNER']) {
      const answer = await owner.post('/v1/roles', { name, scopes: ['audit.read'] });
      expect(answer.problem.code).toBe('invalid_state');
    }
  });

  it('reach sessions and issued keys at once when they are edited', async () => {
    const role = await createRole('Support', ['api_keys.read', 'api_keys.create']);
    const member = await join(app, owner, 'Sam', role.id);
    const created = await member.client.post<ApiKeyWithSecret>('/v1/api-keys', {
      name: 'mine',
      profile: 'custom',
      scopes: ['api_keys.read'],
    });
    const key = withKey(app, created.body.secret ?? '');
    expect((await key.get('/v1/api-keys')).status).toBe(200);
    const change = { name: ' Front desk ', scopes: ['members.read'] };
    const edited = await owner.patch<Role>(`/v1/roles/${role.id}`, change);
    expect(edited.body).toMatchObject({ ...change, name: 'Front desk' });
    expect((await key.get('/v1/api-keys')).problem.code).toBe('insufficient_scope');
    expect((await member.client.get('/v1/api-keys')).status).toBe(403);
    expect((await member.client.get('/v1/members')).status).toBe(200);
  });

  it('cannot be edited or deleted by somebody who holds less', async () => {
    const role = await createRole('Deputy', ['organization.delete', 'members.read']);
    const edit = await admin.client.patch(`/v1/roles/${role.id}`, { scopes: ['members.read'] });
    expect(edit.problem.code).toBe('scope_not_held');
    const removal = await admin.client.delete(`/v1/roles/${role.id}`);
    expect(removal.problem.code).toBe('scope_not_held');
  });

  it('cannot be given a scope that the editor does not hold, nor a name that is taken', async () => {
    const role = await createRole('Helper', ['members.read']);
    const scopes = ['members.read', 'organization.delete'];
    const raised = await admin.client.patch(`/v1/roles/${role.id}`, { scopes });
    expect(raised.problem).toMatchObject({
      code: 'scope_not_held',
      scopes: ['organization.delete'],
    });
    const renamed = await admin.client.patch(`/v1/roles/${role.id}`, { name: 'admin' });
    expect(renamed.problem.code).toBe('invalid_state');
    const { body } = await owner.get<{ data: Role[] }>('/v1/roles');
    expect(body.data.find(({ id }) => id === role.id)).toMatchObject({
      name: 'Helper',
      scopes: ['members.read'],
    });
  });

  it('need a replacement when they are deleted in use, which takes over at once', async () => {
    const role = await createRole('Temp', ['members.read', 'roles.read']);
    const member = await join(app, owner, 'Tom', role.id);
    expect((await owner.delete(`/v1/roles/${role.id}`)).problem.code).toBe('invalid_state');
    const viewer = await owner.delete(`/v1/roles/${role.id}?replacementRoleId=role_billing`);
    expect(viewer.status).toBe(204);
    expect((await member.client.get('/v1/members')).problem.code).toBe('insufficient_scope');
    expect((await member.client.get('/v1/organization')).status).toBe(200);
    expect((await auditEvents(query)).at(-1)).toMatchObject({
      action: 'role.delete',
      after: { replacementRoleId: 'role_billing', memberIds: [member.memberId] },
    });
  });

  it('never replace by the owner’s role or by what the deleter does not hold', async () => {
    const role = await createRole('Crew', ['members.read']);
    await join(app, owner, 'Cleo', role.id);
    for (const id of ['role_owner', role.id]) {
      const answer = await owner.delete(`/v1/roles/${role.id}?replacementRoleId=${id}`);
      expect([404, 409]).toContain(answer.status);
    }
    const { id } = await createRole('Terminator', ['organization.delete']);
    const raised = await admin.client.delete(`/v1/roles/${role.id}?replacementRoleId=${id}`);
    expect(raised.problem).toMatchObject({
      code: 'scope_not_held',
      scopes: ['organization.delete'],
    });
  });
});

describe('roles', () => {
  it('keep the built-in ones as they are', async () => {
    for (const answer of [
      await owner.patch('/v1/roles/role_admin', { scopes: ['members.read'] }),
      await owner.delete('/v1/roles/role_viewer'),
    ]) {
      expect(answer.problem.code).toBe('invalid_state');
    }
    const { body } = await owner.get<{ data: Role[] }>('/v1/roles');
    expect(body.data.filter((role) => role.builtIn).map((role) => role.id)).toHaveLength(5);
  });

  it('name each scope at fault, and change nothing', async () => {
    const before = await query('select * from role');
    const answer = await owner.post('/v1/roles', {
      name: 'Odd',
      scopes: ['no.such', 'members.read', 'members.read'],
    });
    expect(answer.status).toBe(422);
    expect(answer.problem.errors?.map((error) => error.path)).toEqual(['scopes/0', 'scopes/2']);
    expect((await owner.post('/v1/roles', { name: 'Odd', scopes: [] })).status).toBe(422);
    expect(await query('select * from role')).toEqual(before);
  });

  it('of another organization are not found', async () => {
    const role = await createRole('Ours', ['members.read']);
    const stranger = await startOtherOrganization(app, owner, query);
    expect((await stranger.patch(`/v1/roles/${role.id}`, { name: 'Theirs' })).status).toBe(404);
    expect((await stranger.delete(`/v1/roles/${role.id}`)).status).toBe(404);
    const { body } = await stranger.get<{ data: Role[] }>('/v1/roles');
    expect(body.data.every((each) => each.builtIn)).toBe(true);
  });

  it('are out of reach without the scope, and for a key that a workspace confines', async () => {
    const viewer = await join(app, owner, 'Vera', 'role_viewer');
    const refused = await viewer.client.post('/v1/roles', { name: 'X', scopes: ['audit.read'] });
    expect(refused.problem.code).toBe('insufficient_scope');
    const { body } = await owner.get<{ data: { id: string }[] }>('/v1/workspaces');
    const confined = await owner.post<ApiKeyWithSecret>('/v1/api-keys', {
      name: 'confined',
      profile: 'custom',
      scopes: ['roles.create'],
      workspaceId: body.data[0]?.id,
    });
    const answer = await withKey(app, confined.body.secret ?? '').post('/v1/roles', {
      name: 'X',
      scopes: ['roles.create'],
    });
    expect(answer.problem.code).toBe('outside_workspace');
  });
});
