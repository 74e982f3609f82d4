import type { ApiKey, ApiKeyWithSecret, Identity, Member } from '@tollkeeper/contract';
import { sql } from 'drizzle-orm';
import { beforeAll, describe, expect, it } from 'vitest';
import { organization } from '../../db/schema/index.ts';
import { newestAuditEvent } from '../../testing/audit-log.ts';
import type { Client } from '../../testing/client.ts';
import { joinWith, makeJoinKey } from '../../testing/fleet.ts';
import { type Joined, join, tokenOf } from '../../testing/join.ts';
import { makeKey } from '../../testing/keys.ts';
import { addOrganization } from '../../testing/people.ts';
import { defaultWorkspace, startOrganization } from '../../testing/start-organization.ts';
import type { TestApp } from '../../testing/test-app.ts';

let app: TestApp;
let owner: Client;
let admin: Joined;

beforeAll(async () => {
  ({ app, owner } = await startOrganization());
  admin = await join(app, owner, 'Alan', 'role_admin');
});

const remove = (client: Client, id: string) => client.delete(`/v1/members/${id}`);

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
    expect(await newestAuditEvent(app)).toMatchObject({
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

  it('deletes their join keys: nobody joins with them, not even after they came back', async () => {
    const dev = await join(app, owner, 'Fleur', 'role_developer');
    const joinKey = await makeJoinKey(dev.client, { usesMax: 9 });
    expect((await joinWith(app, joinKey.secret)).status).toBe(201);
    expect((await remove(owner, dev.memberId)).status).toBe(204);
    expect((await newestAuditEvent(app)).after).toMatchObject({ deletedJoinKeys: [joinKey.id] });
    const again = await owner.post<{ link: string }>('/v1/invitations', {
      email: dev.email,
      roleId: 'role_developer',
    });
    const back = await dev.client.post<{ memberId: string }>('/v1/invitations/accept', {
      token: tokenOf(again.body),
    });
    expect(back.body.memberId).toBe(dev.memberId);
    expect((await joinWith(app, joinKey.secret)).problem.code).toBe('join_key_invalid');
  });

  it('revokes a key too that the member is making at this moment', async () => {
    const dev = await join(app, owner, 'Quick', 'role_developer');
    const under = await app.services.db.transaction(async (tx) => {
      // Held, the organization's row stops the creation half-way.
      await tx.select().from(organization).for('update');
      const body = { name: 'late', profile: 'workspace' };
      const making = dev.client.post<ApiKeyWithSecret>('/v1/api-keys', body);
      await untilWaiting();
      const removing = remove(owner, dev.memberId);
      return { making, removing };
    });
    expect((await under.removing).status).toBe(204);
    const { status, body } = await under.making;
    expect(status).toBe(201);
    expect((await owner.get<ApiKey>(`/v1/api-keys/${body.id}`)).body.status).toBe('revoked');
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
    const token = tokenOf(invited.body);
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

  it('without the scope, to a confined key, to another organization, for nobody', async () => {
    const dev = await join(app, owner, 'Dee', 'role_developer');
    const { client: other } = (await addOrganization(app, 'Other')).owner;
    const confined = await makeKey(app, owner, {
      scopes: ['members.remove'],
      workspaceId: await defaultWorkspace(owner),
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

/** Until so many statements wait for somebody's lock. */
async function untilWaiting(): Promise<void> {
  const waiting = sql`select 1 from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock'`;
  while (((await app.services.db.execute(waiting)).rowCount ?? 0) === 0);
}
