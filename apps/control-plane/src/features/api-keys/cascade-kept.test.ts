import { BUILT_IN_ROLES } from '@tollkeeper/contract';
import { beforeAll, describe, expect, it } from 'vitest';
import { auditEvents } from '../../testing/audit-log.ts';
import { join } from '../../testing/join.ts';
import { makeKey } from '../../testing/keys.ts';
import { defaultWorkspace } from '../../testing/start-organization.ts';
import { type CascadeWorld, startCascadeWorld } from './cascade-world.fixture.ts';

let app: CascadeWorld['app'];
let owner: CascadeWorld['owner'];
let query: CascadeWorld['query'];
let me: CascadeWorld['me'];
let named: CascadeWorld['named'];
let makeRoot: CascadeWorld['makeRoot'];
let revoke: CascadeWorld['revoke'];
let created: CascadeWorld['created'];
let whoami: CascadeWorld['whoami'];
let gatewayIds: CascadeWorld['gatewayIds'];
let statusOf: CascadeWorld['statusOf'];
let joinGateway: CascadeWorld['joinGateway'];

beforeAll(async () => {
  ({
    app,
    owner,
    query,
    me,
    named,
    makeRoot,
    revoke,
    created,
    whoami,
    gatewayIds,
    statusOf,
    joinGateway,
  } = await startCascadeWorld());
});

describe('members who stay', () => {
  it('are those whom the caller keeps, with all that is theirs; the event names them', async () => {
    for (const end of ['revoke', 'revoke several', 'delete', 'keep all'] as const) {
      const root = await makeRoot();
      const colleague = await join(app, root.client, named('Colleague'), 'role_admin');
      const key = await makeKey(app, colleague.client);
      const friend = await join(app, colleague.client, named('Friend'), 'role_viewer');
      const thief = await join(app, root.client, named('Thief'), 'role_viewer');
      const kept = [colleague.memberId];
      if (end === 'revoke') await revoke(owner, root.id, { keepMembers: kept });
      if (end === 'keep all') await revoke(owner, root.id, { keepMembers: 'all' });
      if (end === 'revoke several') {
        const body = { ids: [root.id], cascade: true, keepMembers: kept };
        await owner.post('/v1/api-keys/revoke', body);
      }
      if (end === 'delete') {
        const path = `/v1/api-keys/${root.id}?cascade=true&keepMembers=${colleague.memberId}`;
        expect((await owner.delete(path)).status).toBe(204);
      }
      expect(await whoami(key), end).toBe('valid');
      expect([await statusOf(colleague), await statusOf(friend)], end).toEqual([
        'active',
        'active',
      ]);
      expect(await statusOf(thief), end).toBe(end === 'keep all' ? 'active' : 'removed');
      const event = (await auditEvents(app, me.organization.id)).findLast(
        ({ action, target }) => action === 'api_key.cascade' && target.id === root.id,
      );
      expect(event?.after, end).toMatchObject({
        created: {
          membersCount: end === 'keep all' ? 0 : 1,
          membersLeftCount: end === 'keep all' ? 2 : 1,
          membersLeft: expect.arrayContaining(kept),
        },
      });
    }
  });

  it('are the owner and the caller', async () => {
    const root = await makeRoot();
    const admin = await join(app, root.client, named('Admin'), 'role_admin');
    const heir = await join(app, root.client, named('Heir'), 'role_admin');
    const key = await makeKey(app, heir.client, { scopes: ['api_keys.read'] });
    await query(`update member set role_id = 'role_owner' where id = $1`, [heir.memberId]);
    // Only the owner's role itself protects against someone who may do everything, too.
    const scopes = BUILT_IN_ROLES.find(({ id }) => id === 'role_owner')?.scopes;
    const role = await owner.post<{ id: string }>('/v1/roles', { name: named('All'), scopes });
    const body = { roleId: role.body.id };
    expect((await owner.patch(`/v1/members/${admin.memberId}`, body)).status).toBe(200);
    const left = [admin, heir].map(({ memberId }) => memberId);
    const counts = await created(root.id, admin.client);
    expect(counts).toMatchObject({ membersCount: 0, membersLeftCount: 2 });
    expect(counts.membersLeft.map(({ id }) => id).sort()).toEqual(left.sort());
    expect((await revoke(admin.client, root.id)).status).toBe(200);
    expect([await statusOf(admin), await statusOf(heir)]).toEqual(['active', 'active']);
    expect(await whoami(key)).toBe('valid');
  });

  it('are those who hold more than the caller, and all where the caller may remove nobody', async () => {
    const root = await makeRoot();
    const admin = await join(app, root.client, named('Admin'), 'role_admin');
    const viewer = await join(app, root.client, named('Viewer'), 'role_viewer');
    const gatewayId = await joinGateway(root.client);
    const readAll = ['api_keys.revoke', 'api_keys.read', 'api_keys.manage_all', 'members.read'];
    const viewerScopes = me.scopes.filter((scope) => scope.endsWith('.read'));
    const remover = await makeKey(app, owner, {
      scopes: [...new Set([...readAll, ...viewerScopes, 'members.remove'])],
    });
    const bystander = await makeKey(app, owner, {
      scopes: [...new Set([...readAll, ...viewerScopes])],
    });
    const blind = await makeKey(app, owner, {
      scopes: ['api_keys.revoke', 'api_keys.read', 'api_keys.manage_all', 'members.remove'],
    });
    expect(await created(root.id, remover.client)).toMatchObject({
      members: [{ id: viewer.memberId }],
      membersLeft: [{ id: admin.memberId }],
      gatewaysCount: 0,
      gatewaysLeftCount: 1,
    });
    const nothing = { membersCount: 0, members: [], membersLeftCount: 2 };
    expect(await created(root.id, bystander.client)).toMatchObject(nothing);
    // Who may not list members learns how many there are.
    expect(await created(root.id, blind.client)).toMatchObject({ ...nothing, membersLeft: [] });
    await revoke(bystander.client, root.id);
    expect([await statusOf(admin), await statusOf(viewer)]).toEqual(['active', 'active']);
    await revoke(remover.client, root.id);
    expect([await statusOf(admin), await statusOf(viewer)]).toEqual(['active', 'removed']);
    expect(await gatewayIds()).toContain(gatewayId);
  });

  it('are not those whom someone invited who was removed, and held more than the caller', async () => {
    const root = await makeRoot();
    const admin = await join(app, root.client, named('Admin'), 'role_admin');
    const viewer = await join(app, admin.client, named('Viewer'), 'role_viewer');
    await owner.delete(`/v1/members/${admin.memberId}`);
    const scopes = me.scopes.filter((scope) => scope.endsWith('.read'));
    const remover = await makeKey(app, owner, {
      scopes: [...scopes, 'api_keys.manage_all', 'api_keys.revoke', 'members.remove'],
    });
    expect((await revoke(remover.client, root.id)).status).toBe(200);
    expect(await statusOf(viewer)).toBe('removed');
  });

  it('are all for a key that a workspace confines, as removing one is', async () => {
    const workspaceId = await defaultWorkspace(owner);
    const confined = await makeKey(app, owner, {
      scopes: me.scopes.filter((scope) => !/delete|transfer/.test(scope)),
      workspaceId,
    });
    const free = await makeRoot();
    const member = await join(app, free.client, named('Member'), 'role_viewer');
    // Its workspace does not change otherwise; the caller must see the key.
    await query('update api_key set workspace_id = $1 where id = $2', [workspaceId, free.id]);
    expect(await created(free.id, confined.client)).toMatchObject({ membersCount: 0, members: [] });
    expect((await revoke(confined.client, free.id)).status).toBe(200);
    expect(await statusOf(member)).toBe('active');
  });

  it('refuses what names no members', async () => {
    const root = await makeRoot();
    for (const keepMembers of ['none', ['key_1'], [1], 7]) {
      expect((await revoke(owner, root.id, { keepMembers })).status).toBe(422);
    }
    for (const kept of ['', 'mem_1', 'all,all']) {
      const path = `/v1/api-keys/${root.id}?cascade=true&keepMembers=${kept}`;
      expect((await owner.delete(path)).status).toBe(422);
    }
    expect(await whoami(root)).toBe('valid');
  });

  it('refuses to keep members where nobody would be removed', async () => {
    const root = await makeRoot();
    const refused = [
      await revoke(owner, root.id, { cascade: false, keepMembers: 'all' }),
      await owner.delete(`/v1/api-keys/${root.id}?keepMembers=all`),
      await owner.post('/v1/api-keys/revoke', { ids: [root.id], keepMembers: 'all' }),
    ];
    for (const { status, problem } of refused) {
      expect([status, problem.code]).toEqual([422, 'validation_failed']);
      expect(problem.detail).toContain('keepMembers');
    }
    expect(await whoami(root)).toBe('valid');
  });
});

describe('keys of others', () => {
  it('are no obstacle where their owner is removed with them', async () => {
    const scopes = me.scopes.filter((scope) => scope.endsWith('.read'));
    const role = await owner.post<{ id: string }>('/v1/roles', {
      name: named('Remover'),
      scopes: [...scopes, 'members.remove', 'members.invite', 'api_keys.create', 'api_keys.revoke'],
    });
    const ada = await join(app, owner, named('Ada'), role.body.id);
    const root = await makeKey(app, ada.client, {
      profile: 'custom',
      scopes: [...scopes, 'members.invite', 'api_keys.create'],
    });
    const guest = await join(app, root.client, named('Guest'), 'role_viewer');
    await query(
      `insert into api_key (id, organization_id, member_id, name, prefix, status, profile, scopes,
         allowed_ips, created_at)
       select 'key_' || substr(md5(random()::text), 1, 20), organization_id, id, 'own',
         'tk_live_AAAA', 'active', 'custom', '{}', '{}', now() from member where id = $1`,
      [guest.memberId],
    );
    expect(await created(root.id, ada.client)).toMatchObject({ keysCount: 1, membersCount: 1 });
    expect((await revoke(ada.client, root.id)).status).toBe(200);
    expect(await statusOf(guest)).toBe('removed');
    const alive = `select 1 from api_key where member_id = $1 and status <> 'revoked'`;
    expect(await query(alive, [guest.memberId])).toEqual([]);
  });
});
