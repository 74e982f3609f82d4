import type { Identity, InvitationWithLink } from '@tollkeeper/contract';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Client, createClient } from '../../testing/client.ts';
import { inOrganization, join, PASSWORD, tokenOf } from '../../testing/join.ts';
import { startOtherOrganization } from '../../testing/other-organization.ts';
import { auditEvents, type Query } from '../../testing/query-database.ts';
import { cookiesOf, visitor } from '../../testing/sign-in.ts';
import { startOrganization } from '../../testing/start-organization.ts';
import type { TestApp } from '../../testing/test-app.ts';

let app: TestApp;
let query: Query;
let owner: Client;
let now = new Date();

beforeAll(async () => {
  ({ app, query, owner } = await startOrganization({ clock: () => now }));
});

async function invite(client: Client, email: string, roleId = 'role_viewer') {
  const { body } = await client.post<InvitationWithLink>('/v1/invitations', { email, roleId });
  return { id: body.id, token: tokenOf(body) };
}
const accept = (client: Client, token: string, given: object = {}) =>
  client.post<{ memberId: string }>('/v1/invitations/accept', { token, ...given });
const NEW = { name: 'Nora', password: PASSWORD };

describe('accepting', () => {
  it('makes an account and a member, signs them in, and records it as theirs', async () => {
    const { id, token } = await invite(owner, 'nora@example.com', 'role_developer');
    const found = await visitor(app).post('/v1/invitations/find', { token });
    expect(found.body).toMatchObject({
      organizationName: 'Acme',
      email: 'nora@example.com',
      roleName: 'Developer',
      invitedBy: 'Ada Owner',
      hasAccount: false,
    });
    const answer = await accept(visitor(app), token, NEW);
    expect(answer.status).toBe(201);
    const { memberId } = answer.body;
    const { body } = await visitor(app, cookiesOf(answer)).get<Identity>('/v1/whoami');
    expect(body.member).toMatchObject({ id: memberId, name: 'Nora', roleId: 'role_developer' });
    expect((await auditEvents(query)).at(-1)).toMatchObject({
      action: 'invitation.accept',
      actor: { type: 'member', memberId },
      target: { type: 'invitation', id, name: 'nora@example.com' },
      before: { email: 'nora@example.com', roleId: 'role_developer' },
      after: { memberId, roleId: 'role_developer', status: 'active' },
    });
    const { body: list } = await owner.get<{ data: unknown[] }>('/v1/invitations');
    expect(list.data).toEqual([]);
  });

  it('makes one membership of twenty acceptances at the same moment', async () => {
    const { token } = await invite(owner, 'rush@example.com');
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => accept(visitor(app), token, NEW)),
    );
    expect(answers.filter((each) => each.status === 201)).toHaveLength(1);
    for (const { status, problem } of answers.filter((each) => each.status !== 201)) {
      expect([status, problem.code]).toEqual([403, 'invitation_invalid']);
    }
    const rows = await query(
      `select member.id from member join "user" on "user".id = user_id where email = 'rush@example.com'`,
    );
    expect(rows).toHaveLength(1);
  });

  it('takes the session of the invited address, into a second organization', async () => {
    const other = await startOtherOrganization(app, owner, query);
    const dev = await join(app, owner, 'Dora', 'role_developer');
    const { token } = await invite(other, dev.email);
    const found = await visitor(app).post('/v1/invitations/find', { token });
    expect(found.body).toMatchObject({ organizationName: 'Other', hasAccount: true });

    const answer = await accept(dev.client, token);
    expect(answer.status).toBe(201);
    expect(answer.headers.getSetCookie()).toEqual([]);
    expect((await dev.client.get('/v1/whoami')).problem.code).toBe('malformed_request');
    for (const [id, roleId] of [
      [dev.organizationId, 'role_developer'],
      ['org_00000000000000000001', 'role_viewer'],
    ] as const) {
      const { body } = await inOrganization(app, dev.client, id).get<Identity>('/v1/whoami');
      expect(body.member.roleId).toBe(roleId);
    }
  });
});

describe('an acceptance is refused', () => {
  it('in the same words for a token that is unknown, used, withdrawn, replaced or expired', async () => {
    const used = await invite(owner, 'used@example.com');
    await accept(visitor(app), used.token, NEW);
    const withdrawn = await invite(owner, 'withdrawn@example.com');
    await owner.delete(`/v1/invitations/${withdrawn.id}`);
    const replaced = await invite(owner, 'replaced@example.com');
    await owner.post(`/v1/invitations/${replaced.id}/resend`);
    const expired = await invite(owner, 'expired@example.com');
    await query(`update invitation set expires_at = $1 where id = $2`, [now, expired.id]);
    const texts = new Set<string>();
    for (const token of ['x'.repeat(43), used, withdrawn, replaced, expired].map((each) =>
      typeof each === 'string' ? each : each.token,
    )) {
      for (const answer of [
        await accept(visitor(app), token, NEW),
        await visitor(app).post('/v1/invitations/find', { token }),
      ]) {
        expect(answer).toMatchObject({ status: 403, problem: { code: 'invitation_invalid' } });
        texts.add(answer.problem.detail);
      }
    }
    expect(texts.size).toBe(1);
    expect(JSON.stringify(await owner.get('/v1/invitations'))).toContain('expired@example.com');
  });

  it('a week after it was sent', async () => {
    const { token } = await invite(owner, 'slow@example.com');
    const sentAt = now;
    now = new Date(sentAt.getTime() + 7 * 86_400_000);
    expect((await accept(visitor(app), token, NEW)).problem.code).toBe('invitation_invalid');
    now = sentAt;
    expect((await accept(visitor(app), token, NEW)).status).toBe(201);
  });

  it('to an address that has an account, without its session or with another one', async () => {
    const dev = await join(app, owner, 'Dino', 'role_developer');
    const { body } = await owner.get<Identity>('/v1/whoami');
    await owner.delete(`/v1/members/${dev.memberId}`);
    const { token } = await invite(owner, dev.email);
    const events = (await auditEvents(query)).length;
    const cases = [
      [visitor(app), NEW, 401, 'unauthenticated'],
      [owner, {}, 403, 'invited_address_differs'],
      [owner, NEW, 403, 'invited_address_differs'],
      [foreign(dev.client), {}, 403, 'cross_origin'],
    ] as const;
    for (const [client, given, status, code] of cases) {
      expect((await accept(client, token, given)).problem).toMatchObject({ status, code });
    }
    expect(await auditEvents(query)).toHaveLength(events);
    expect((await accept(dev.client, token)).body.memberId).toBe(dev.memberId);
    expect(body.member.name).toBe('Ada Owner');
  });

  it('to a new address without a name or a good password', async () => {
    const { token } = await invite(owner, 'bare@example.com');
    for (const given of [
      {},
      { name: 'Bo' },
      { password: PASSWORD },
      { ...NEW, password: 'short' },
    ]) {
      expect((await accept(visitor(app), token, given)).problem).toMatchObject({
        status: 422,
        code: 'validation_failed',
      });
    }
    expect((await accept(visitor(app), token, NEW)).status).toBe(201);
  });
});

describe('whoever stands for an invitation', () => {
  it('must still hold what it gives, and be there; another one can resend it', async () => {
    for (const [name, fall] of [
      ['Bea', (id: string) => owner.patch(`/v1/members/${id}`, { roleId: 'role_viewer' })],
      ['Cid', (id: string) => owner.post(`/v1/members/${id}/suspend`)],
      ['Eve', (id: string) => owner.delete(`/v1/members/${id}`)],
    ] as const) {
      const inviter = await join(app, owner, name, 'role_admin');
      const { id, token } = await invite(inviter.client, `of-${name}@example.com`, 'role_viewer');
      await fall(inviter.memberId);
      expect((await accept(visitor(app), token, NEW)).problem.code).toBe('invitation_invalid');
      const again = await owner.post<InvitationWithLink>(`/v1/invitations/${id}/resend`);
      expect((await accept(visitor(app), tokenOf(again.body), NEW)).status).toBe(201);
    }
  });

  it('stands for no more than they hold when the role grows meanwhile', async () => {
    const { body: role } = await owner.post<{ id: string }>('/v1/roles', {
      name: 'Guest',
      scopes: ['members.read'],
    });
    const inviter = await join(app, owner, 'Finn', 'role_admin');
    const { token } = await invite(inviter.client, 'guest@example.com', role.id);
    await owner.patch(`/v1/roles/${role.id}`, { scopes: ['members.read', 'organization.delete'] });
    expect((await accept(visitor(app), token, NEW)).problem.code).toBe('invitation_invalid');
    await owner.patch(`/v1/roles/${role.id}`, { scopes: ['members.read'] });
    expect((await accept(visitor(app), token, NEW)).status).toBe(201);
  });
});

/** The same cookie, sent from a page of another site. */
function foreign({ headers }: Client): Client {
  return createClient(app.baseUrl, { ...headers, origin: 'https://evil.example' });
}
