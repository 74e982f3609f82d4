/** Notifications on their way to a mail server. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import pg from 'pg';
import { beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { countAuditEvents, newestAuditEvent } from '../../../testing/audit-log.ts';
import type { Client } from '../../../testing/client.ts';
import { makeKey } from '../../../testing/keys.ts';
import {
  addMember,
  addOrganization,
  claimedOrganization,
  type Person,
  setMemberStatus,
} from '../../../testing/people.ts';
import type { Query } from '../../../testing/query-database.ts';
import { type SmtpServer, startSmtpServer } from '../../../testing/smtp-server.ts';
import { startOrganization } from '../../../testing/start-organization.ts';
import { readTables } from '../../../testing/tables.ts';
import type { TestApp } from '../../../testing/test-app.ts';
import { deliverNotifications } from '../deliver-notifications.ts';
import { deriveNotifications } from '../derive-notifications.ts';
import { findKeyFindings } from '../find-key-findings.ts';
import { unsubscribeToken } from './unsubscribe-token.ts';

const PREFERENCES = '/v1/notifications/preferences';
const DAY_MS = 86_400_000;

let app: TestApp;
let owner: Client;
let dev: Person;
let query: Query;
let smtp: SmtpServer;
let organizationId: string;

beforeAll(async () => {
  smtp = await startSmtpServer();
  ({ app, owner, query } = await startOrganization({
    mail: { url: smtp.url, from: 'Tollkeeper <keys@example.com>' },
  }));
  ({ organizationId } = await claimedOrganization(app));
  dev = await addMember(app, organizationId, 'developer');
});

beforeEach(async () => {
  await deliver();
  await query('delete from notification');
  await query('delete from notification_preference');
  await query(`delete from pgboss.job where name = 'mail-notifications'`);
  smtp.mails.length = 0;
});

const deliver = (now = new Date()) => deliverNotifications({ ...app.services, clock: () => now });
const mailsTo = ({ email }: Person) => smtp.mails.filter(({ to }) => to === email);

async function revokeTheirs({ client }: Person = dev): Promise<void> {
  const body = { name: 'ci', profile: 'custom', scopes: ['apis.call'] };
  const { id } = await makeKey(app, client, body);
  await owner.post(`/v1/api-keys/${id}/revoke`, {});
}

/** Once the outbox has delivered all of it. */
async function delivered(): Promise<void> {
  const open = `select 1 from pgboss.job where name = 'mail-notifications' and state <> 'completed'`;
  await expect.poll(() => query(open)).toEqual([]);
}

describe('a security notification', () => {
  it('is mailed at once and once, however many processes deliver, with the way out', async () => {
    await revokeTheirs();
    await Promise.all([deliver(), deliver(), deliver()]);
    await deliver();
    await delivered();
    const [mail, ...more] = mailsTo(dev);
    expect(more).toEqual([]);
    expect(mail?.message).toMatch(
      /^Subject: =\?UTF-8\?Q\?Ada_Owner_revoked_your_API_key_=22ci=22/m,
    );
    expect(mail?.message).toMatch(/^List-Unsubscribe-Post: List-Unsubscribe=One-Click\r$/m);
    expect(mail?.message).toMatch(/^List-Unsubscribe:\s+<http:/m);
    expect(mail?.message).toContain('Content-Type: text/plain');
    expect(mail?.message).toContain('Content-Type: text/html');
  });

  it('is mailed to each member whom it concerns, and to no other one', async () => {
    const other = await addMember(app, organizationId, 'developer');
    await revokeTheirs();
    await revokeTheirs(other);
    await deliver();
    await delivered();
    expect([mailsTo(dev), mailsTo(other)].map(({ length }) => length)).toEqual([1, 1]);
  });

  it('is mailed to nobody who was suspended, chose otherwise, or lost their role meanwhile', async () => {
    const restore = () => setMemberStatus(app, dev.memberId, 'active');
    const changes = [
      [() => setMemberStatus(app, dev.memberId, 'suspended'), restore],
      [() => dev.client.patch(PREFERENCES, { channels: { api_key_changed: 'bell' } }), restore],
      [() => dev.client.patch(PREFERENCES, { isMailStopped: true }), restore],
      [
        () => owner.patch(`/v1/members/${dev.memberId}`, { roleId: 'role_billing' }),
        () => owner.patch(`/v1/members/${dev.memberId}`, { roleId: 'role_developer' }),
      ],
    ] as const;
    for (const [change, undo] of changes) {
      await query('delete from notification_preference');
      await revokeTheirs();
      // Not due yet: what was chosen when it happened is not all that counts.
      await deriveNotifications(app.services);
      await change();
      await deliver();
      await delivered();
      expect(mailsTo(dev)).toEqual([]);
      await undo();
    }
  });
});

it('other notifications wait for one digest', async () => {
  for (const name of ['one', 'two']) {
    const expiresAt = new Date(Date.now() + 10 * DAY_MS).toISOString();
    await makeKey(app, dev.client, { name, profile: 'custom', scopes: ['apis.call'], expiresAt });
  }
  await query(
    `update api_key set created_at = now() - interval '20 days' where expires_at is not null`,
  );
  await findKeyFindings(app.services);
  await deliver();
  await delivered();
  expect(mailsTo(dev)).toEqual([]);
  await deliver(new Date(Date.now() + DAY_MS));
  await delivered();
  expect(mailsTo(dev)).toHaveLength(1);
  expect(mailsTo(dev)[0]?.message).toMatch(/^Subject: 2 notifications from Acme\r$/m);
});

describe('the link in a mail', () => {
  const linkOf = (token: string) => `${app.baseUrl}/unsubscribe?token=${token}`;
  const token = () => unsubscribeToken(app.services.notifications.unsubscribeKey, dev.memberId);
  const post = (of: string, type = 'application/x-www-form-urlencoded') =>
    fetch(linkOf(of), {
      ...{ method: 'POST', headers: { 'content-type': type } },
      body: 'List-Unsubscribe=One-Click',
    });

  it('changes nothing when it is opened, and stops the mails when it is confirmed, once', async () => {
    await query(`update "user" set name = '<i>Dev' where id = $1`, [dev.userId]);
    const before = await readTables(app);
    const page = await fetch(linkOf(token()));
    expect([page.status, page.headers.get('content-type')]).toEqual([
      200,
      'text/html; charset=utf-8',
    ]);
    expect(await page.text()).toMatch(
      /<style>body\{font-family:.*You, <bdi>&lt;i&gt;Dev<.*<form method="post"/s,
    );
    expect(await readTables(app)).toEqual(before);
    const events = await countAuditEvents(app);
    expect((await post(token())).status).toBe(200);
    expect((await post(token(), 'multipart/form-data; boundary=x')).status).toBe(200);
    expect(await countAuditEvents(app)).toBe(events + 1);
    expect(await newestAuditEvent(app)).toMatchObject({
      ...{ action: 'notification.unsubscribe', actor: { type: 'system', job: 'unsubscribe-link' } },
      target: { id: dev.memberId },
    });
    expect((await dev.client.get(PREFERENCES)).body).toMatchObject({ isMailStopped: true });
    await revokeTheirs();
    await deliver();
    await delivered();
    expect(mailsTo(dev)).toEqual([]);
    expect(await query('select from notification_recipient where is_mailed')).toEqual([]);
    expect((await dev.client.get('/v1/notifications')).body).toMatchObject({ unreadCount: 1 });
  });

  it('does nothing else, and nothing at all where no mail held it', async () => {
    const { memberId } = await addMember(app, organizationId, 'viewer');
    const [, mac = ''] = token().split('.');
    const before = await readTables(app);
    for (const forged of [
      '',
      'x',
      `${memberId}.${mac}`,
      `${dev.memberId}.`,
      `${token()}x`,
      `${token().slice(0, -2)}`,
    ]) {
      for (const answer of [await fetch(linkOf(forged)), await post(forged)]) {
        expect(answer.status).toBe(404);
      }
    }
    const bearer = { authorization: `Bearer ${token()}` };
    const asKey = await fetch(`${app.baseUrl}/v1/whoami`, { headers: bearer });
    expect(asKey.status).toBe(401);
    const over = { method: 'POST', body: 'x'.repeat(64 * 1024 + 1) };
    expect((await fetch(linkOf(token()), over)).status).toBe(413);
    expect(await readTables(app)).toEqual(before);
  });

  it('works no more once its member was removed', async () => {
    const { memberId } = await addMember(app, organizationId, 'viewer');
    const link = unsubscribeToken(app.services.notifications.unsubscribeKey, memberId);
    expect((await fetch(linkOf(link))).status).toBe(200);
    await query(`update member set status = 'removed' where id = $1`, [memberId]);
    for (const answer of [await fetch(linkOf(link)), await post(link)]) {
      expect(answer.status).toBe(404);
    }
  });

  it('stops the mails of its member alone', async () => {
    const other = await addMember(app, organizationId, 'developer');
    await revokeTheirs(other);
    await deriveNotifications(app.services);
    await post(token());
    await deliver();
    await delivered();
    expect(mailsTo(other)).toHaveLength(1);
    expect((await other.client.get(PREFERENCES)).body).toMatchObject({ isMailStopped: false });
  });

  it('works no more once the organization was deleted, of which nobody is notified any more', async () => {
    const { organizationId: id, owner: other } = await addOrganization(app, 'Gone');
    await deriveNotifications(app.services);
    const expiresAt = new Date(Date.now() + DAY_MS).toISOString();
    await makeKey(app, other.client, { profile: 'custom', scopes: ['apis.call'], expiresAt });
    await query(`update api_key set created_at = now() - interval '9 days' where expires_at = $1`, [
      expiresAt,
    ]);
    const find = async () => {
      await findKeyFindings(app.services);
      return query('select from notification_finding where organization_id = $1', [id]);
    };
    expect(await find()).toHaveLength(1);
    await query('update organization set deleted_at = now() where id = $1', [id]);
    await query('delete from notification_finding');
    expect(await find()).toEqual([]);
    await deliver(new Date(Date.now() + DAY_MS));
    await delivered();
    expect(mailsTo(other)).toEqual([]);
    const link = unsubscribeToken(app.services.notifications.unsubscribeKey, other.memberId);
    for (const answer of [await fetch(linkOf(link)), await post(link)]) {
      expect(answer.status).toBe(404);
    }
    await query('update organization set deleted_at = null');
  });

  it('is in no log', async () => {
    await post(token());
    expect(app.logged.join('')).not.toContain(token());
  });
});

describe('a storm', () => {
  const EVENTS = process.env.LONG ? 10_000 : 500;
  const BATCH = EVENTS / 10;
  const PATIENT = { timeout: 60_000, interval: 50 };
  const BLOCKED = `select 1 from pg_stat_activity
    where datname = current_database() and cardinality(pg_blocking_pids(pid)) > 0`;
  const BEHIND = `select 1 from notification_cursor as cursor
    join audit_chain as chain using (organization_id) where cursor.sequence < chain.sequence`;
  const REVOCATIONS = `
    with chain as (
      update audit_chain set sequence = sequence + $3::int where organization_id = $1
      returning sequence - $3::int as place)
    insert into audit_event (id, organization_id, sequence, at, actor, action, target, before, after,
      request_id, previous_hash, hash)
    select 'evt_' || lpad(n::text, 20, '0'), $1, place + n, now(), '{"type":"system","job":"storm"}',
      'api_key.revoke', jsonb_build_object('type', 'api_key', 'id', 'key_' || n, 'name', 'k' || n),
      jsonb_build_object('memberId', $2::text), '{}', 'req_' || n, '', ''
    from chain, generate_series(1, $3::int) n`;

  it('is stored whole and mailed once, though a process that stores it is killed (kill -9)', async () => {
    await query(REVOCATIONS, [organizationId, dev.memberId, EVENTS]);
    await deriveNotifications(app.services, BATCH);
    const holder = new pg.Client(app.database);
    await holder.connect();
    onTestFinished(() => holder.end());
    await holder.query('begin; select 1 from notification for update');
    const script = join(import.meta.dirname, 'storm.fixture.ts');
    const args = [script, JSON.stringify(app.database), String(BATCH)];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
    onTestFinished(() => void child.kill('SIGKILL'));
    await vi.waitUntil(async () => (await query(BLOCKED)).length > 0, PATIENT);
    child.kill('SIGKILL');
    await once(child, 'exit');
    await holder.query('rollback');
    // Until the database has noticed that the process is gone, it holds the cursor.
    await vi.waitUntil(async () => {
      await deliver();
      return (await query(BEHIND)).length === 0;
    }, PATIENT);
    expect(await query('select count from notification')).toEqual([{ count: EVENTS }]);
    for (let n = 0; n < 2; n += 1) await deliver(new Date(Date.now() + 3 * 60_000));
    await delivered();
    expect(mailsTo(dev)).toHaveLength(1);
  });
});
