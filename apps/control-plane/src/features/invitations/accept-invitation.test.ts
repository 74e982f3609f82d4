import type { Identity, InvitationWithLink } from '@tollkeeper/contract';
import { eq } from 'drizzle-orm';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { member, user } from '../../db/schema/index.ts';
import { countAuditEvents, newestAuditEvent } from '../../testing/audit-log.ts';
import { type Client, createClient } from '../../testing/client.ts';
import { inOrganization, join, tokenOf } from '../../testing/join.ts';
import { makeKey } from '../../testing/keys.ts';
import { addOrganization, PASSWORD } from '../../testing/people.ts';
import { queryDatabase } from '../../testing/query-database.ts';
import { cookiesOf, visitor } from '../../testing/sign-in.ts';
import { startOrganization } from '../../testing/start-organization.ts';
import type { TestApp } from '../../testing/test-app.ts';
import { whileHeld } from '../../testing/while-held.ts';

let app: TestApp;
let owner: Client;
let now = new Date();

beforeAll(async () => {
  ({ app, owner } = await startOrganization({ clock: () => now }));
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
      invitedBy: { name: 'Ada Owner', email: 'ada@example.com' },
      hasAccount: false,
    });
    const answer = await accept(visitor(app), token, NEW);
    expect(answer.status).toBe(201);
    const { memberId } = answer.body;
    const { body } = await visitor(app, cookiesOf(answer)).get<Identity>('/v1/whoami');
    expect(body.member).toMatchObject({ id: memberId, name: 'Nora', roleId: 'role_developer' });
    expect(await newestAuditEvent(app)).toMatchObject({
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
    const refusals = answers.filter((each) => each.status !== 201);
    for (const { problem } of refusals) {
      // One who looks after the first is done learns that the address has an account now.
      expect(['invitation_invalid', 'unauthenticated']).toContain(problem.code);
    }
    const rows = await app.services.db
      .select()
      .from(member)
      .innerJoin(user, eq(user.id, member.userId))
      .where(eq(user.email, 'rush@example.com'));
    expect(rows).toHaveLength(1);
  });

  it('is refused to a session that ends before the change is made', async () => {
    const former = await join(app, owner, 'Sven', 'role_developer');
    await owner.delete(`/v1/members/${former.memberId}`);
    const { token } = await invite(owner, former.email);
    const before = await countAuditEvents(app);
    const answer = await whileHeld(
      app.database,
      async (holder) => {
        await holder.query('select 1 from audit_chain for update');
        await holder.query(
          'delete from session using "user" where session.user_id = "user".id and email = $1',
          [former.email],
        );
      },
      () => accept(former.client, token),
    );
    expect([answer.status, answer.problem.code]).toEqual([401, 'unauthenticated']);
    expect(await countAuditEvents(app)).toBe(before);
    const { body } = await visitor(app).post<object>('/v1/invitations/find', { token });
    expect(body).toMatchObject({ email: former.email });
  });

  it('comes before a sign-out that it meets', async () => {
    const former = await join(app, owner, 'Tove', 'role_developer');
    await owner.delete(`/v1/members/${former.memberId}`);
    const { token } = await invite(owner, former.email);
    const query = queryDatabase(app.database);
    const waiting =
      'select 1 from pg_stat_activity where datname = current_database() and cardinality(pg_blocking_pids(pid)) > 0';
    let signOut: Promise<unknown> | undefined;
    let isSignedOut = false;
    const answer = await whileHeld(
      app.database,
      (holder) => holder.query('lock table member in share mode'),
      () => accept(former.client, token),
      async () => {
        signOut = former.client.post('/api/auth/sign-out', {}).then(() => {
          isSignedOut = true;
        });
        await vi.waitUntil(async () => isSignedOut || (await query(waiting)).length > 1);
        expect(isSignedOut).toBe(false);
      },
    );
    expect(answer.status).toBe(201);
    await signOut;
  });

  it('takes a member who was removed back once, however often their session accepts', async () => {
    const dev = await join(app, owner, 'Rita', 'role_developer');
    await owner.delete(`/v1/members/${dev.memberId}`);
    const { token } = await invite(owner, dev.email);
    const answers = await Promise.all(Array.from({ length: 10 }, () => accept(dev.client, token)));
    const codes = answers.map(({ status, problem }) => (status === 201 ? 'ok' : problem.code));
    expect(codes.toSorted()).toEqual([...Array(9).fill('invitation_invalid'), 'ok']);
  });

  it('revokes what an interrupted cascade left to a member whom it removed', async () => {
    const dev = await join(app, owner, 'Igor', 'role_developer');
    const key = await makeKey(app, dev.client);
    const query = queryDatabase(app.database);
    await owner.delete(`/v1/members/${dev.memberId}`);
    await query(`update api_key set status = 'active', revoked_at = null where id = $1`, [key.id]);
    await app.services.keys.reload();
    const { token } = await invite(owner, dev.email);
    expect((await accept(dev.client, token)).status).toBe(201);
    expect((await key.client.get('/v1/whoami')).problem.code).toBe('revoked');
    const events = await query<{ after: object }>(
      `select after from audit_event where action = 'invitation.accept' and after ->> 'memberId' = $1`,
      [dev.memberId],
    );
    expect(events.at(-1)?.after).toMatchObject({ revokedKeys: [key.id] });
  });

  it('takes the session of the invited address, into a second organization', async () => {
    const { owner: other, organizationId } = await addOrganization(app, 'Other');
    const dev = await join(app, owner, 'Dora', 'role_developer');
    const { token } = await invite(other.client, dev.email);
    const found = await visitor(app).post('/v1/invitations/find', { token });
    expect(found.body).toMatchObject({ organizationName: 'Other', hasAccount: true });

    const answer = await accept(dev.client, token);
    expect(answer.status).toBe(201);
    expect(answer.headers.getSetCookie()).toEqual([]);
    expect((await dev.client.get('/v1/organization')).problem.code).toBe('malformed_request');
    for (const [id, roleId] of [
      [dev.organizationId, 'role_developer'],
      [organizationId, 'role_viewer'],
    ] as const) {
      const { body } = await inOrganization(app, dev.client, id).get<Identity>('/v1/whoami');
      expect(body.member.roleId).toBe(roleId);
    }
  });
});

describe('an acceptance is refused', () => {
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
    await owner.delete(`/v1/members/${dev.memberId}`);
    const { token } = await invite(owner, dev.email);
    const events = await countAuditEvents(app);
    const cases = [
      [visitor(app), NEW, 401, 'unauthenticated'],
      [owner, {}, 403, 'invited_address_differs'],
      [owner, NEW, 403, 'invited_address_differs'],
      [foreign(dev.client), {}, 403, 'cross_origin'],
    ] as const;
    for (const [client, given, status, code] of cases) {
      expect((await accept(client, token, given)).problem).toMatchObject({ status, code });
    }
    expect(await countAuditEvents(app)).toBe(events);
    expect((await accept(dev.client, token)).body.memberId).toBe(dev.memberId);
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

/** The same cookie, sent from a page of another site. */
function foreign({ headers }: Client): Client {
  return createClient(app.baseUrl, { ...headers, origin: 'https://evil.example' });
}
