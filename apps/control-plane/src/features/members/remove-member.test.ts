import type { ApiKey, Identity, Member } from '@tollkeeper/contract';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '../../testing/client.ts';
import { type Joined, join } from '../../testing/join.ts';
import { startOtherOrganization } from '../../testing/other-organization.ts';
import { auditEvents, type Query } from '../../testing/query-database.ts';
import { makeKey, startOrganization } from '../../testing/start-organization.ts';
import type { TestApp } from '../../testing/test-app.ts';

let app: TestApp;
let query: Query;
let owner: Client;
let admin: Joined;

beforeAll(async () => {
  ({ app, query, owner } = await startOrganization());
  admin = await join(app, owner, 'Alan', 'role_admin');
});

const remove = (client: Client, id: string, heirId?: string) =>
  client.delete(`/v1/members/${id}${heirId === undefined ? '' : `?handOverTo=${heirId}`}`);

describe('removing a member', () => {
  it('ends their session and revokes every key, and records which', async () => {
    const dev = await join(app, owner, 'Dora', 'role_developer');
    const keys = [
      await makeKey(app, dev.client, { profile: 'workspace' }),
      await makeKey(app, dev.client, { profile: 'read-only' }),
    ];
    await owner.post(`/v1/api-keys/${keys[1]?.id}/disable`);
    expect((await remove(admin.client, dev.memberId)).status).toBe(204);

    for (const key of keys) {
      expect((await key.client.get('/v1/whoami')).problem.code).toBe('revoked');
      const { body } = await owner.get<ApiKey>(`/v1/api-keys/${key.id}`);
      expect(body).toMatchObject({ status: 'revoked', createdBy: { name: 'Dora' } });
      expect(body.revokeReason).toMatch(/removed/);
    }
    expect((await dev.client.get('/v1/whoami')).status).toBe(404);
    const { body } = await owner.get<{ data: Member[] }>('/v1/members');
    expect(body.data.map((each) => each.name)).not.toContain('Dora');
    expect((await auditEvents(query)).at(-1)).toEqual({
      action: 'member.remove',
      actor: { type: 'member', memberId: admin.memberId },
      target: { type: 'member', id: dev.memberId, name: 'Dora' },
      before: { roleId: 'role_developer', status: 'active' },
      after: {
        roleId: 'role_developer',
        status: 'removed',
        revokedKeys: keys.map((key) => key.id).sort(),
      },
    });
  });

  it('hands the keys to the named member, whose ceiling then holds', async () => {
    const dev = await join(app, owner, 'Dino', 'role_developer');
    const heir = await join(app, owner, 'Vera', 'role_viewer');
    const key = await makeKey(app, dev.client, { profile: 'workspace' });
    const old = await makeKey(app, dev.client, { profile: 'workspace' });
    await dev.client.post(`/v1/api-keys/${old.id}/revoke`, {});
    expect((await remove(owner, dev.memberId, heir.memberId)).status).toBe(204);

    const { body: identity } = await key.client.get<Identity>('/v1/whoami');
    expect(identity.member.id).toBe(heir.memberId);
    expect(identity.scopes).toContain('api_keys.read');
    expect(identity.scopes).not.toContain('api_keys.create');
    expect((await old.client.get('/v1/whoami')).problem.code).toBe('revoked');
    const { body } = await owner.get<{ data: Member[] }>('/v1/members');
    expect(body.data.find((each) => each.id === heir.memberId)?.keysCount).toBe(1);
    expect((await auditEvents(query)).at(-1)?.after).toEqual({
      roleId: 'role_developer',
      status: 'removed',
      keysHandedTo: heir.memberId,
      handedKeys: [key.id],
    });
    await app.services.usage.flush();
    const totals = await query<{ created: string; last_call_at: Date | null }>(
      'select created, last_call_at from key_total where member_id = $1',
      [heir.memberId],
    );
    expect(totals).toEqual([{ created: '0', last_call_at: expect.any(Date) }]);
  });

  it('leaves no key behind that the member makes at the same moment', async () => {
    const dev = await join(app, owner, 'Quick', 'role_developer');
    const making = Array.from({ length: 8 }, () =>
      dev.client.post('/v1/api-keys', { name: 'late', profile: 'workspace' }),
    );
    await Promise.all([...making, remove(owner, dev.memberId)]);
    expect(
      await query(`select id from api_key where member_id = $1 and status <> 'revoked'`, [
        dev.memberId,
      ]),
    ).toEqual([]);
  });

  it('lets them be invited again, without their keys', async () => {
    const dev = await join(app, owner, 'Rita', 'role_developer');
    const key = await makeKey(app, dev.client, { profile: 'workspace' });
    await remove(owner, dev.memberId);
    const email = 'rita@example.com';
    const invited = await owner.post<{ link: string }>('/v1/invitations', {
      email,
      roleId: 'role_viewer',
    });
    const token = new URL(invited.body.link).hash.slice('#token='.length);
    const answer = await dev.client.post<{ memberId: string }>('/v1/invitations/accept', { token });
    expect(answer).toMatchObject({ status: 201, body: { memberId: dev.memberId } });
    const { body } = await dev.client.get<Identity>('/v1/whoami');
    expect(body.member).toMatchObject({ roleId: 'role_viewer', id: dev.memberId });
    expect((await key.client.get('/v1/whoami')).problem.code).toBe('revoked');
  });
});

describe('a removal is refused', () => {
  it('for the owner, for oneself, and above one’s own role', async () => {
    const { body } = await owner.get<Identity>('/v1/whoami');
    const role = await owner.post<{ id: string }>('/v1/roles', {
      name: 'Cleaner',
      scopes: ['members.remove', 'billing.read'],
    });
    const cleaner = await join(app, owner, 'Cora', role.body.id);
    const cases = [
      [admin.client, body.member.id, 409, 'invalid_state'],
      [admin.client, admin.memberId, 409, 'invalid_state'],
      [cleaner.client, admin.memberId, 403, 'scope_not_held'],
    ] as const;
    for (const [client, id, status, code] of cases) {
      expect((await remove(client, id)).problem).toMatchObject({ status, code });
    }
  });

  it('when the handover would let the keys do more than the remover may', async () => {
    const role = await owner.post<{ id: string }>('/v1/roles', {
      name: 'Janitor',
      scopes: ['members.remove', 'billing.read'],
    });
    const janitor = await join(app, owner, 'Jan', role.body.id);
    const dev = await join(app, owner, 'Demo', 'role_admin');
    const key = await makeKey(app, dev.client);
    await owner.patch(`/v1/members/${dev.memberId}`, { roleId: role.body.id });
    const refused = await remove(janitor.client, dev.memberId, admin.memberId);
    expect(refused.problem).toMatchObject({ status: 403, code: 'scope_not_held' });
    expect(refused.problem.scopes).toContain('api_keys.create');
    expect((await key.client.get<Identity>('/v1/whoami')).body.member.id).toBe(dev.memberId);
  });

  it('to an heir who is not an active member of this organization', async () => {
    const dev = await join(app, owner, 'Dan', 'role_developer');
    const gone = await join(app, owner, 'Gone', 'role_developer');
    const asleep = await join(app, owner, 'Asleep', 'role_developer');
    await remove(owner, gone.memberId);
    await owner.post(`/v1/members/${asleep.memberId}/suspend`);
    const cases = [
      ['mem_00000000000000000000', 404, 'not_found'],
      [gone.memberId, 404, 'not_found'],
      [asleep.memberId, 422, 'validation_failed'],
      [dev.memberId, 422, 'validation_failed'],
      ['nobody', 422, 'validation_failed'],
    ] as const;
    for (const [heirId, status, code] of cases) {
      expect((await remove(owner, dev.memberId, heirId)).problem).toMatchObject({ status, code });
    }
    expect((await dev.client.get('/v1/whoami')).status).toBe(200);
  });

  it('without the scope, to a confined key, to another organization, for nobody', async () => {
    const dev = await join(app, owner, 'Dee', 'role_developer');
    const other = await startOtherOrganization(app, owner, query);
    const { body } = await owner.get<{ data: { id: string }[] }>('/v1/workspaces');
    const confined = await makeKey(app, owner, {
      profile: 'custom',
      scopes: ['members.remove'],
      workspaceId: body.data[0]?.id,
    });
    const cases = [
      [dev.client, admin.memberId, 403, 'insufficient_scope'],
      [confined.client, dev.memberId, 403, 'outside_workspace'],
      [other, dev.memberId, 404, 'not_found'],
      [owner, 'mem_00000000000000000000', 404, 'not_found'],
    ] as const;
    for (const [client, id, status, code] of cases) {
      expect((await remove(client, id)).problem).toMatchObject({ status, code });
    }
    expect((await dev.client.get('/v1/whoami')).status).toBe(200);
  });
});
