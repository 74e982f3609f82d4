import type { Identity, InvitationWithLink } from '@tollkeeper/contract';
import { beforeAll, describe, expect, it } from 'vitest';
import { newestAuditEvent } from '../../testing/audit-log.ts';
import type { Client } from '../../testing/client.ts';
import { type Joined, join, tokenOf } from '../../testing/join.ts';
import { addOrganization } from '../../testing/people.ts';
import { visitor } from '../../testing/sign-in.ts';
import { startOrganization } from '../../testing/start-organization.ts';
import type { TestApp } from '../../testing/test-app.ts';

let app: TestApp;
let owner: Client;
let admin: Joined;

beforeAll(async () => {
  ({ app, owner } = await startOrganization());
  admin = await join(app, owner, 'Alan', 'role_admin');
});

const invite = (client: Client, email: string, roleId = 'role_viewer') =>
  client.post<InvitationWithLink>('/v1/invitations', { email, roleId });

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
    expect(await newestAuditEvent(app)).toMatchObject({
      action: 'invitation.resend',
      before: { ...facts, invitedBy: body.member.id, expiresAt: first.body.expiresAt },
      after: { ...facts, invitedBy: admin.memberId, expiresAt: again.body.expiresAt },
    });

    expect((await owner.delete(`/v1/invitations/${first.body.id}`)).status).toBe(204);
    expect((await find(tokenOf(again.body))).problem.code).toBe('invitation_invalid');
    expect(await newestAuditEvent(app)).toMatchObject({
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
    const { client: other } = (await addOrganization(app, 'Other')).owner;
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
