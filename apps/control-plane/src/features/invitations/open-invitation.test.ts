import type { InvitationWithLink } from '@tollkeeper/contract';
import { eq } from 'drizzle-orm';
import { beforeAll, describe, expect, it } from 'vitest';
import { invitation } from '../../db/schema/index.ts';
import type { Client } from '../../testing/client.ts';
import { join, tokenOf } from '../../testing/join.ts';
import { PASSWORD } from '../../testing/people.ts';
import type { Query } from '../../testing/query-database.ts';
import { visitor } from '../../testing/sign-in.ts';
import { startOrganization } from '../../testing/start-organization.ts';
import type { TestApp } from '../../testing/test-app.ts';

let app: TestApp;
let owner: Client;
let query: Query;

beforeAll(async () => {
  ({ app, owner, query } = await startOrganization());
});

async function invite(client: Client, email: string, roleId = 'role_viewer') {
  const { body } = await client.post<InvitationWithLink>('/v1/invitations', { email, roleId });
  return { id: body.id, token: tokenOf(body) };
}
const accept = (client: Client, token: string, given: object = {}) =>
  client.post<{ memberId: string }>('/v1/invitations/accept', { token, ...given });
const NEW = { name: 'Nora', password: PASSWORD };

describe('a token', () => {
  it('is refused in the same words when unknown, used, withdrawn, replaced or expired', async () => {
    const used = await invite(owner, 'used@example.com');
    await accept(visitor(app), used.token, NEW);
    const withdrawn = await invite(owner, 'withdrawn@example.com');
    await owner.delete(`/v1/invitations/${withdrawn.id}`);
    const replaced = await invite(owner, 'replaced@example.com');
    await owner.post(`/v1/invitations/${replaced.id}/resend`);
    const expired = await invite(owner, 'expired@example.com');
    await app.services.db
      .update(invitation)
      .set({ expiresAt: new Date() })
      .where(eq(invitation.id, expired.id));
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
});

describe('an invitation', () => {
  it.each([
    ['to the role of the owner', `update invitation set role_id = 'role_owner'`],
    ['of an organization that was deleted', 'update organization set deleted_at = now()'],
  ])('%s is refused, however it came to be', async (_what, statement) => {
    const { token } = await invite(owner, `${statement.length}@example.com`);
    await query(statement);
    const answer = await accept(visitor(app), token, NEW);
    await query('update organization set deleted_at = null');
    expect(answer).toMatchObject({ status: 403, problem: { code: 'invitation_invalid' } });
  });
});

describe('the sender of an invitation', () => {
  it('must still hold what it gives, and be there; another one can resend it', async () => {
    for (const [name, fall] of [
      ['Bea', (id: string) => owner.patch(`/v1/members/${id}`, { roleId: 'role_viewer' })],
      ['Cid', (id: string) => owner.post(`/v1/members/${id}/suspend`)],
      ['Eve', (id: string) => owner.delete(`/v1/members/${id}`)],
    ] as const) {
      const inviter = await join(app, owner, name, 'role_admin');
      const { id, token } = await invite(inviter.client, `of-${name}@example.com`, 'role_viewer');
      await fall(inviter.memberId);
      expect((await accept(visitor(app), token, NEW)).problem.code).toBe('invitation_blocked');
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
    expect((await accept(visitor(app), token, NEW)).problem.code).toBe('invitation_blocked');
    await owner.patch(`/v1/roles/${role.id}`, { scopes: ['members.read'] });
    expect((await accept(visitor(app), token, NEW)).status).toBe(201);
  });
});
