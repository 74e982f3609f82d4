import type { Identity, Member } from '@tollkeeper/contract';
import { beforeAll, describe, expect, it } from 'vitest';
import { auditEvents } from '../../testing/audit-log.ts';
import type { Client } from '../../testing/client.ts';
import { type Joined, join } from '../../testing/join.ts';
import { makeKey } from '../../testing/keys.ts';
import { addOrganization } from '../../testing/people.ts';
import { defaultWorkspace, startOrganization } from '../../testing/start-organization.ts';
import { readTables } from '../../testing/tables.ts';
import type { TestApp } from '../../testing/test-app.ts';

let app: TestApp;
let owner: Client;
let admin: Joined;

beforeAll(async () => {
  ({ app, owner } = await startOrganization());
  admin = await join(app, owner, 'Alan', 'role_admin');
});

const act = (client: Client, id: string, verb: 'suspend' | 'reinstate') =>
  client.post<Member>(`/v1/members/${id}/${verb}`);

describe('suspending and reinstating', () => {
  it('refuses the sessions and the keys at once, and takes them again', async () => {
    const dev = await join(app, owner, 'Dora', 'role_developer');
    const key = await makeKey(app, dev.client, { profile: 'workspace' });
    const verifier = await makeKey(app, owner, { scopes: ['api_keys.verify'] });
    const verify = async () =>
      (await verifier.client.post<{ code: string }>('/v1/api-keys/verify', { key: key.secret }))
        .body.code;

    const suspended = await act(admin.client, dev.memberId, 'suspend');
    expect(suspended).toMatchObject({ status: 200, body: { status: 'suspended', keysCount: 1 } });
    expect((await key.client.get('/v1/whoami')).problem).toMatchObject({
      status: 401,
      code: 'owner_inactive',
    });
    expect(await verify()).toBe('owner_inactive');
    expect((await dev.client.get('/v1/whoami')).problem).toMatchObject({
      status: 403,
      code: 'member_suspended',
    });

    const reinstated = await act(admin.client, dev.memberId, 'reinstate');
    expect(reinstated).toMatchObject({ status: 200, body: { status: 'active' } });
    expect((await key.client.get('/v1/whoami')).status).toBe(200);
    expect(await verify()).toBe('valid');
    expect((await dev.client.get('/v1/whoami')).status).toBe(200);

    const target = { type: 'member', id: dev.memberId, name: 'Dora' };
    const actor = { type: 'member', memberId: admin.memberId };
    const [active, inactive] = ['active', 'suspended'].map((status) => ({
      roleId: 'role_developer',
      status,
    }));
    expect((await auditEvents(app, dev.organizationId)).slice(-2)).toMatchObject([
      { action: 'member.suspend', actor, target, before: active, after: inactive },
      { action: 'member.reinstate', actor, target, before: inactive, after: active },
    ]);
  });

  it('works for one of two who suspend each other at the same time', async () => {
    const [one, two] = [
      await join(app, owner, 'Castor', 'role_admin'),
      await join(app, owner, 'Pollux', 'role_admin'),
    ];
    const answers = await Promise.all([
      act(one.client, two.memberId, 'suspend'),
      act(two.client, one.memberId, 'suspend'),
    ]);
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, 403]);
  });
});

describe('it is refused', () => {
  it('twice in a row, to the owner, to oneself, and above one’s own role', async () => {
    const { body } = await owner.get<Identity>('/v1/whoami');
    const role = await owner.post<{ id: string }>('/v1/roles', {
      name: 'Guard',
      scopes: ['members.suspend'],
    });
    const guard = await join(app, owner, 'Gus', role.body.id);
    const cases = [
      [admin.client, body.member.id, 'suspend', 409, 'invalid_state'],
      [owner, body.member.id, 'suspend', 409, 'invalid_state'],
      [admin.client, admin.memberId, 'suspend', 409, 'invalid_state'],
      [owner, admin.memberId, 'reinstate', 409, 'invalid_state'],
      [guard.client, admin.memberId, 'suspend', 403, 'scope_not_held'],
    ] as const;
    for (const [client, id, verb, status, code] of cases) {
      expect((await act(client, id, verb)).problem).toMatchObject({ status, code });
    }
    const refused = await act(guard.client, admin.memberId, 'suspend');
    expect(refused.problem.detail).toContain('"Alan"');
    expect(JSON.stringify(refused.problem)).not.toContain('members.remove');
    await owner.patch(`/v1/roles/${role.body.id}`, { scopes: ['members.suspend', 'roles.read'] });
    const named = await act(guard.client, admin.memberId, 'suspend');
    expect(named.problem.scopes).toContain('members.remove');
  });

  it('without the scope, to a confined key, to another organization, for nobody', async () => {
    const viewer = await join(app, owner, 'Vera', 'role_viewer');
    const { client: other } = (await addOrganization(app, 'Other')).owner;
    const confined = await makeKey(app, owner, {
      scopes: ['members.suspend'],
      workspaceId: await defaultWorkspace(owner),
    });
    const cases = [
      [viewer.client, admin.memberId, 403, 'insufficient_scope'],
      [confined.client, admin.memberId, 403, 'outside_workspace'],
      [other, admin.memberId, 404, 'not_found'],
      [owner, 'mem_00000000000000000000', 404, 'not_found'],
    ] as const;
    const before = await readTables(app);
    for (const verb of ['suspend', 'reinstate'] as const) {
      for (const [client, id, status, code] of cases) {
        expect((await act(client, id, verb)).problem).toMatchObject({ status, code });
      }
    }
    expect(await readTables(app)).toEqual(before);
  });
});
