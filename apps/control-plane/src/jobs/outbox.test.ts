import type { Invitation, InvitationWithLink } from '@tollkeeper/contract';
import { PgBoss } from 'pg-boss';
import { beforeAll, beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { bossConnection } from '../db/connect.ts';
import { declinePlanRequest } from '../features/billing/index.ts';
import { refuseAuditEvents } from '../testing/audit-log.ts';
import type { Client } from '../testing/client.ts';
import { visitor } from '../testing/sign-in.ts';
import { type SmtpServer, startSmtpServer } from '../testing/smtp-server.ts';
import { startOrganization, type TestOrganization } from '../testing/start-organization.ts';
import type { TestApp } from '../testing/test-app.ts';

const OPERATOR = 'operator@example.com';

let app: TestApp;
let query: TestOrganization['query'];
let owner: Client;
let smtp: SmtpServer;
let email: string;
let number = 0;
let frozenAt: Date | undefined;

beforeAll(async () => {
  smtp = await startSmtpServer();
  const mail = { url: smtp.url, from: 'keys@example.com' };
  const billing = { operatorEmail: OPERATOR };
  const clock = () => frozenAt ?? new Date();
  ({ app, query, owner } = await startOrganization({ mail, billing, clock }));
});

beforeEach(async () => {
  await query(`delete from pgboss.job where name = 'mail-invitation'`);
  smtp.refuses = false;
  smtp.mails.length = 0;
  number += 1;
  email = `guest${number}@example.com`;
});

const invite = () =>
  owner.post<InvitationWithLink>('/v1/invitations', { email, roleId: 'role_viewer' });

/** What is stored for the invitations of this test, the oldest first. */
const messages = () =>
  query<{ id: string; state: string }>(
    `select job.id, job.state from pgboss.job join invitation on invitation.id = data ->> 'invitationId'
     where job.name = 'mail-invitation' and email = $1 order by created_on`,
    [email],
  );

const stateBecomes = (state: string) =>
  vi.waitFor(async () => expect(await messages()).toMatchObject([{ state }]));

/** Leaves an invitation as a process does that ended after its commit. @returns its id */
async function inviteAndEnd(): Promise<string> {
  const { body } = await invite();
  const [row] = await query<{ organization_id: string; expires_at: Date }>(
    'update invitation set link_mailed = false where id = $1 returning *',
    [body.id],
  );
  smtp.mails.length = 0;
  await app.services.outbox.add({
    topic: 'mail-invitation',
    payload: {
      organizationId: row?.organization_id ?? '',
      invitationId: body.id,
      expiresAt: row?.expires_at.toISOString() ?? '',
    },
  });
  return body.id;
}

const mailedTokens = () =>
  smtp.mails
    .filter(({ to }) => to === email)
    .map(({ message }) => message.replace(/=\r\n/g, '').replace(/=3D/g, '='))
    .map((message) => /\/accept-invitation#token=([\w-]{43})/.exec(message)?.[1] ?? '');

it('keeps no message once the request itself has mailed the link, or shown it', async () => {
  expect((await invite()).body.sent).toBe(true);
  expect(await messages()).toEqual([]);
  expect(mailedTokens()).toHaveLength(1);
  email = `other-${email}`;
  smtp.refuses = true;
  expect((await invite()).body.link).toBeDefined();
  expect(await messages()).toEqual([]);
});

it('mails another link, which proves the address, where the sender ended before it could', async () => {
  const id = await inviteAndEnd();
  await stateBecomes('completed');
  const [token] = mailedTokens();
  expect((await visitor(app).post('/v1/invitations/find', { token })).status).toBe(200);
  expect(await query('select link_mailed as is from invitation where id = $1', [id])).toEqual([
    { is: true },
  ]);
  expect(JSON.stringify(await query('select * from pgboss.job'))).not.toContain(token);
});

it('tries again what the mail server refused, gives up at last, and says so', async () => {
  smtp.refuses = true;
  const id = await inviteAndEnd();
  await stateBecomes('retry');
  const [message] = await messages();
  expect(await mailFailedAt(id)).toBeNull();
  await query(
    'update pgboss.job set retry_count = retry_limit - 1, start_after = now() where id = $1',
    [message?.id],
  );
  await stateBecomes('failed');
  const givenUp = () => app.logged.filter((line) => line.includes('outbox message given up'));
  await vi.waitFor(() => expect(givenUp()).toHaveLength(1));
  expect(givenUp()[0]).toContain(message?.id);
  expect(givenUp()[0]).toContain('"level":50');

  expect(Date.parse((await mailFailedAt(id)) ?? '')).toBeGreaterThan(Date.now() - 60_000);
  smtp.refuses = false;
  const resent = await owner.post<InvitationWithLink>(`/v1/invitations/${id}/resend`);
  expect(resent.body).toMatchObject({ sent: true, mailFailedAt: null });
  expect(await mailFailedAt(id)).toBeNull();
});

it('says so, too, where the process was killed in the last attempt', async () => {
  const id = await inviteAndEnd();
  await stateBecomes('completed');
  await query('update invitation set link_mailed = false where id = $1', [id]);
  // As pg-boss finds the message of such a process, which it fails by itself once in a while: now.
  await query(
    `update pgboss.job set state = 'active', completed_on = null, retry_count = retry_limit,
       started_on = now() - interval '1 hour'
     where name = 'mail-invitation' and data ->> 'invitationId' = $1`,
    [id],
  );
  await query('update pgboss.queue set monitor_on = null, monitor_claim_on = null');
  const supervisor = new PgBoss({ ...bossConnection(app.database), schema: 'pgboss' });
  supervisor.on('error', () => undefined);
  onTestFinished(() => supervisor.stop());
  await supervisor.start();
  await supervisor.supervise('mail-invitation');
  await vi.waitFor(async () => expect(await mailFailedAt(id)).not.toBeNull());
});

it('gives up no invitation that was sent again since', async () => {
  smtp.refuses = true;
  const id = await inviteAndEnd();
  await stateBecomes('retry');
  const { body } = await owner.post<InvitationWithLink>(`/v1/invitations/${id}/resend`);
  expect(body.link).toBeDefined();
  const [message] = await messages();
  await query(
    `insert into pgboss.job (name, data, source_name, source_id)
     select 'outbox-given-up', data, name, id from pgboss.job where id = $1`,
    [message?.id],
  );
  const line = `"messageId":"${message?.id}"`;
  await vi.waitFor(() => expect(app.logged.some((each) => each.includes(line))).toBe(true));
  expect(await mailFailedAt(id)).toBeNull();
});

async function mailFailedAt(id: string): Promise<string | null | undefined> {
  const { body } = await owner.get<{ data: Invitation[] }>('/v1/invitations?limit=100');
  return body.data.find((each) => each.id === id)?.mailFailedAt;
}

it('mails nothing for an invitation that was sent again since', async () => {
  const id = await inviteAndEnd();
  await stateBecomes('completed');
  await query(
    `update invitation set link_mailed = false, expires_at = expires_at + interval '1 hour'
     where id = $1`,
    [id],
  );
  smtp.mails.length = 0;
  await query(`update pgboss.job set state = 'created', start_after = now(), completed_on = null
    where name = 'mail-invitation' and data ->> 'invitationId' = '${id}'`);
  await stateBecomes('completed');
  expect(mailedTokens()).toEqual([]);
});

it('mails the operator a requested plan once a day', async () => {
  // Not the last moment of a day.
  frozenAt = new Date();
  const requestPro = () => owner.post('/v1/billing/plan', { plan: 'pro' });
  const recipients = () => smtp.mails.map(({ to }) => to);
  await requestPro();
  await vi.waitFor(() => expect(recipients()).toEqual([OPERATOR]));
  await owner.delete('/v1/billing/plan-request');
  await requestPro();
  const decision = { named: 'acme', note: 'not this year', requestId: 'req_test' };
  await declinePlanRequest(app.services, decision);
  const stored = `select count(*)::int as count from pgboss.job where name like 'mail-plan-%'`;
  expect(await query(stored)).toEqual([{ count: 1 }]);
  frozenAt = undefined;
});

it('stores no message with a change that is rolled back', async () => {
  await refuseAuditEvents(app);
  expect((await invite()).status).toBe(500);
  expect(
    await query(`select 1 from pgboss.job where name = 'mail-invitation'
    and state in ('created', 'retry', 'active')`),
  ).toEqual([]);
  expect(smtp.mails).toEqual([]);
});
