import type { Identity, Member } from '@tollkeeper/contract';
import { beforeAll, describe, expect, it } from 'vitest';
import { countAuditEvents, newestAuditEvent } from '../../testing/audit-log.ts';
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

const give = (client: Client, id: string, roleId: string) =>
  client.patch<Member>(`/v1/members/${id}`, { roleId });

describe('changing a role', () => {
  it('answers the member and records what was before and after', async () => {
    const dev = await join(app, owner, 'Dora', 'role_developer');
    const answer = await give(admin.client, dev.memberId, 'role_viewer');
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ roleId: 'role_viewer', roleName: 'Viewer', name: 'Dora' });
    expect(await newestAuditEvent(app)).toMatchObject({
      action: 'member.update',
      actor: { type: 'member', memberId: admin.memberId },
      target: { type: 'member', id: dev.memberId, name: 'Dora' },
      before: { roleId: 'role_developer', status: 'active' },
      after: { roleId: 'role_viewer', status: 'active' },
    });
  });

  it('records nothing when the member has the role already', async () => {
    const before = await countAuditEvents(app);
    expect((await give(owner, admin.memberId, 'role_admin')).status).toBe(200);
    expect(await countAuditEvents(app)).toBe(before);
  });

  it('cuts the next request of a session and of a key down to the smaller role', async () => {
    const dev = await join(app, owner, 'Dino', 'role_admin');
    const { client: key } = await makeKey(app, dev.client, { profile: 'organization' });
    expect((await key.get('/v1/invitations')).status).toBe(200);
    await give(owner, dev.memberId, 'role_billing');
    for (const client of [key, dev.client]) {
      expect((await client.get('/v1/members')).problem.code).toBe('insufficient_scope');
      const { body: identity } = await client.get<Identity>('/v1/whoami');
      expect(identity.scopes).not.toContain('members.read');
    }
    await give(owner, dev.memberId, 'role_admin');
    expect((await key.get('/v1/members')).status).toBe(200);
  });

  it('grants a custom role, and names what the granter lacks of one', async () => {
    const dev = await join(app, owner, 'Cleo', 'role_viewer');
    const small = await owner.post<{ id: string }>('/v1/roles', {
      name: 'Promoter',
      scopes: ['members.read', 'members.role_change', 'members.suspend'],
    });
    const promoter = await join(app, owner, 'Pia', small.body.id);
    const big = await owner.post<{ id: string }>('/v1/roles', {
      name: 'Eraser',
      scopes: ['organization.delete', 'members.read'],
    });
    expect((await give(owner, dev.memberId, big.body.id)).body.roleName).toBe('Eraser');
    await give(owner, dev.memberId, 'role_viewer');

    const refused = await give(admin.client, dev.memberId, big.body.id);
    expect(refused.problem).toMatchObject({
      status: 403,
      code: 'scope_not_held',
      scopes: ['organization.delete'],
    });
    const above = await give(promoter.client, dev.memberId, small.body.id);
    expect(above.problem).toMatchObject({ status: 403, code: 'scope_not_held' });
    expect(JSON.stringify(above.problem)).not.toContain('billing.read');
    await owner.patch(`/v1/roles/${small.body.id}`, {
      scopes: ['members.read', 'members.role_change', 'members.suspend', 'roles.read'],
    });
    const named = await give(promoter.client, dev.memberId, small.body.id);
    expect(named.problem.scopes).toContain('billing.read');
  });
});

describe('a role change is refused', () => {
  it('for the owner, to the owner’s role, and for oneself', async () => {
    const { body } = await owner.get<Identity>('/v1/whoami');
    for (const [client, id, roleId] of [
      [admin.client, body.member.id, 'role_viewer'],
      [owner, body.member.id, 'role_viewer'],
      [owner, admin.memberId, 'role_owner'],
      [admin.client, admin.memberId, 'role_viewer'],
    ] as const) {
      const { problem } = await give(client, id, roleId);
      expect(problem).toMatchObject({ status: 409, code: 'invalid_state' });
    }
  });

  it('to a key of the member themselves, whatever it holds', async () => {
    const { client } = await makeKey(app, admin.client, { profile: 'organization' });
    const { problem } = await give(client, admin.memberId, 'role_viewer');
    expect(problem.code).toBe('invalid_state');
  });

  it('to a key that is confined to a workspace', async () => {
    const { client: key } = await makeKey(app, owner, {
      scopes: ['members.role_change'],
      workspaceId: await defaultWorkspace(owner),
    });
    expect((await give(key, admin.memberId, 'role_viewer')).problem).toMatchObject({
      status: 403,
      code: 'outside_workspace',
    });
  });

  it('without the scope, to another organization, and for what does not exist', async () => {
    const viewer = await join(app, owner, 'Vera', 'role_viewer');
    const { client: other } = (await addOrganization(app, 'Other')).owner;
    const nobody = 'mem_00000000000000000000';
    const cases = [
      [viewer.client, admin.memberId, 'role_viewer', 403, 'insufficient_scope'],
      [other, admin.memberId, 'role_viewer', 404, 'not_found'],
      [owner, nobody, 'role_viewer', 404, 'not_found'],
      [owner, 'mem_short', 'role_viewer', 404, 'not_found'],
      [owner, admin.memberId, 'role_00000000000000000000', 404, 'not_found'],
      [owner, admin.memberId, 'admin', 422, 'validation_failed'],
    ] as const;
    const before = await readTables(app);
    for (const [client, id, roleId, status, code] of cases) {
      expect((await give(client, id, roleId)).problem, `${id} ${roleId}`).toMatchObject({
        status,
        code,
      });
    }
    expect(await readTables(app)).toEqual(before);
  });
});
