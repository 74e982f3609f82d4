import type { Identity, Invitation, InvitationWithLink } from '@tollkeeper/contract';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '../../testing/client.ts';
import { type Joined, join, tokenOf } from '../../testing/join.ts';
import { startOtherOrganization } from '../../testing/other-organization.ts';
import { auditEvents, type Query } from '../../testing/query-database.ts';
import { visitor } from '../../testing/sign-in.ts';
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

const WEEK_MS = 7 * 86_400_000;
const invite = (client: Client, email: string, roleId = 'role_viewer', headers = {}) =>
  client.post<InvitationWithLink>('/v1/invitations', { email, roleId }, headers);

describe('inviting', () => {
  it('answers the link once, stores the hash alone, and records the invitation', async () => {
    const { status, body } = await invite(admin.client, 'New@Example.com', 'role_developer');
    expect(status).toBe(201);
    expect(body).toMatchObject({
      email: 'new@example.com',
      roleId: 'role_developer',
      roleName: 'Developer',
      invitedBy: { memberId: admin.memberId, name: 'Alan' },
      sent: false,
      link: expect.stringMatching(/^http:\/\/127\.0\.0\.1\/accept-invitation#token=[\w-]{43}$/),
    });
    expect(Date.parse(body.expiresAt) - Date.parse(body.createdAt)).toBe(WEEK_MS);
    expect((await auditEvents(query)).at(-1)).toEqual({
      action: 'invitation.create',
      actor: { type: 'member', memberId: admin.memberId },
      target: { type: 'invitation', id: body.id, name: 'new@example.com' },
      before: null,
      after: {
        email: 'new@example.com',
        roleId: 'role_developer',
        invitedBy: admin.memberId,
        expiresAt: body.expiresAt,
      },
    });
    const { body: list } = await owner.get<{ data: Invitation[] }>('/v1/invitations');
    const { sent: _sent, link: _link, ...shown } = body;
    expect(list.data).toEqual([shown]);
    const everything = JSON.stringify([
      list,
      app.logged,
      await query('select * from audit_event'),
      await query('select * from invitation'),
      await query('select * from idempotency'),
    ]);
    expect(everything).not.toContain(tokenOf(body));
  });

  it('replays a creation without its link', async () => {
    const headers = { 'idempotency-key': 'once' };
    const first = await invite(owner, 'twice@example.com', 'role_viewer', headers);
    const again = await invite(owner, 'twice@example.com', 'role_viewer', headers);
    const { link, ...shown } = first.body;
    expect(link).toBeDefined();
    expect(again).toMatchObject({ status: 201, body: shown });
    expect(again.body.link).toBeUndefined();
    const stored = JSON.stringify(await query('select answer from idempotency'));
    expect(stored).not.toContain(tokenOf(first.body));
    const other = await invite(owner, 'else@example.com', 'role_viewer', headers);
    expect(other.problem.code).toBe('idempotency_conflict');
  });

  it('makes one invitation of many for one address at the same moment', async () => {
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, at) =>
        invite(at % 2 ? owner : admin.client, 'crowd@example.com'),
      ),
    );
    expect(answers.map((each) => each.status).sort()).toEqual([201, 409, 409, 409, 409, 409]);
  });
});

describe('an invitation is refused', () => {
  it('for a member, active or suspended, and for an address that waits already', async () => {
    const dev = await join(app, owner, 'Dora', 'role_developer');
    await owner.post(`/v1/members/${dev.memberId}/suspend`);
    await invite(owner, 'waiting@example.com');
    for (const [email, text] of [
      ['ALAN@example.com', /member already/],
      [dev.email, /suspended/],
      ['Waiting@example.com', /Resend/],
    ] as const) {
      const { problem } = await invite(owner, email);
      expect(problem).toMatchObject({ status: 409, code: 'invalid_state' });
      expect(problem.detail).toMatch(text);
    }
  });

  it('to the owner’s role, above one’s own, and to a role that is not there', async () => {
    const role = await owner.post<{ id: string }>('/v1/roles', {
      name: 'Eraser',
      scopes: ['organization.delete'],
    });
    const cases = [
      [owner, 'role_owner', 409, 'invalid_state'],
      [admin.client, role.body.id, 403, 'scope_not_held'],
      [owner, 'role_00000000000000000000', 404, 'not_found'],
      [owner, 'viewer', 422, 'validation_failed'],
    ] as const;
    for (const [client, roleId, status, code] of cases) {
      const { problem } = await invite(client, 'above@example.com', roleId);
      expect(problem).toMatchObject({ status, code });
    }
  });

  it('without the scope, to a confined key, and for what is no address', async () => {
    const viewer = await join(app, owner, 'Vera', 'role_viewer');
    const { body } = await owner.get<{ data: { id: string }[] }>('/v1/workspaces');
    const confined = await makeKey(app, owner, {
      profile: 'custom',
      scopes: ['members.invite', 'members.read'],
      workspaceId: body.data[0]?.id,
    });
    const cases = [
      [viewer.client, 'x@example.com', 403, 'insufficient_scope'],
      [confined.client, 'x@example.com', 403, 'outside_workspace'],
      [owner, 'no address', 422, 'validation_failed'],
      [owner, 'a@b.example\r\nBcc: c@d.example', 422, 'validation_failed'],
    ] as const;
    for (const [client, email, status, code] of cases) {
      expect((await invite(client, email)).problem).toMatchObject({ status, code });
    }
    expect((await visitor(app).get('/v1/invitations')).status).toBe(401);
  });
});

describe('resending and withdrawing', () => {
  it('gives another link and seven days more, and kills the link before', async () => {
    const first = await invite(owner, 'late@example.com');
    const again = await admin.client.post<InvitationWithLink>(
      `/v1/invitations/${first.body.id}/resend`,
    );
    expect(again.status).toBe(200);
    expect(again.body.invitedBy.memberId).toBe(admin.memberId);
    const find = (token: string) => visitor(app).post('/v1/invitations/find', { token });
    expect((await find(tokenOf(first.body))).problem.code).toBe('invitation_invalid');
    expect((await find(tokenOf(again.body))).status).toBe(200);
    const { body } = await owner.get<Identity>('/v1/whoami');
    const facts = { email: 'late@example.com', roleId: 'role_viewer' };
    expect((await auditEvents(query)).at(-1)).toMatchObject({
      action: 'invitation.resend',
      before: { ...facts, invitedBy: body.member.id, expiresAt: first.body.expiresAt },
      after: { ...facts, invitedBy: admin.memberId, expiresAt: again.body.expiresAt },
    });

    expect((await owner.delete(`/v1/invitations/${first.body.id}`)).status).toBe(204);
    expect((await find(tokenOf(again.body))).problem.code).toBe('invitation_invalid');
    expect((await auditEvents(query)).at(-1)).toMatchObject({
      action: 'invitation.withdraw',
      after: null,
    });
    expect((await invite(owner, 'late@example.com')).status).toBe(201);
  });

  it('is refused without the scope, above one’s own role, and elsewhere', async () => {
    const { body } = await invite(owner, 'boss@example.com', 'role_admin');
    const small = await owner.post<{ id: string }>('/v1/roles', {
      name: 'Host',
      scopes: ['members.invite', 'members.read'],
    });
    const host = await join(app, owner, 'Hedi', small.body.id);
    const viewer = await join(app, owner, 'Vito', 'role_viewer');
    const other = await startOtherOrganization(app, owner, query);
    const path = `/v1/invitations/${body.id}`;
    const cases = [
      [host.client.post(`${path}/resend`), 403, 'scope_not_held'],
      [viewer.client.post(`${path}/resend`), 403, 'insufficient_scope'],
      [viewer.client.delete(path), 403, 'insufficient_scope'],
      [other.post(`${path}/resend`), 404, 'not_found'],
      [other.delete(path), 404, 'not_found'],
      [owner.delete('/v1/invitations/inv_00000000000000000000'), 404, 'not_found'],
    ] as const;
    for (const [answer, status, code] of cases) {
      expect((await answer).problem).toMatchObject({ status, code });
    }
    expect((await visitor(app).post('/v1/invitations/find', { token: tokenOf(body) })).status).toBe(
      200,
    );
  });
});
