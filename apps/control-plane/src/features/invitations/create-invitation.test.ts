import type { Invitation, InvitationWithLink } from '@tollkeeper/contract';
import { beforeAll, describe, expect, it } from 'vitest';
import { newestAuditEvent } from '../../testing/audit-log.ts';
import type { Client } from '../../testing/client.ts';
import { type Joined, join, tokenOf } from '../../testing/join.ts';
import { makeKey } from '../../testing/keys.ts';
import { visitor } from '../../testing/sign-in.ts';
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
    expect(await newestAuditEvent(app)).toMatchObject({
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
    const everything = JSON.stringify([list, app.logged, await readTables(app)]);
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
    const stored = JSON.stringify(await readTables(app));
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
    const { body } = await owner.post<{ id: string }>('/v1/roles', {
      ...{ name: 'Counter', scopes: ['usage.read'] },
    });
    const unread = await makeKey(app, owner, { scopes: ['members.invite', 'usage.read'] });
    const { problem } = await invite(unread.client, dev.email, body.id);
    expect(problem.detail).toMatch(/are a member already\.$/);
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
    const confined = await makeKey(app, owner, {
      scopes: ['members.invite', 'members.read'],
      workspaceId: await defaultWorkspace(owner),
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
