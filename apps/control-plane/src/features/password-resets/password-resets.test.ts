import { randomUUID } from 'node:crypto';
import type { RouteOutput, Routes } from '@tollkeeper/contract';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { purgeOutdated } from '../../jobs/purge-outdated.ts';
import { refuseAuditEvents } from '../../testing/audit-log.ts';
import { addMember, claimedOrganization, PASSWORD, type Person } from '../../testing/people.ts';
import { visitor } from '../../testing/sign-in.ts';
import { type SmtpServer, startSmtpServer } from '../../testing/smtp-server.ts';
import { startOrganization, type TestOrganization } from '../../testing/start-organization.ts';
import type { TestApp } from '../../testing/test-app.ts';

type Delivery = RouteOutput<Routes['requestPasswordReset']>;

const NEW_PASSWORD = 'an entirely new passphrase';

let app: TestApp;
let query: TestOrganization['query'];
let smtp: SmtpServer;
let person: Person;

beforeAll(async () => {
  smtp = await startSmtpServer();
  const mail = { url: smtp.url, from: 'keys@example.com' };
  ({ app, query } = await startOrganization({ mail, trustedProxies: ['127.0.0.1'] }));
});

beforeEach(async () => {
  // A mail of the test before that is still on its way would count for this one.
  await query(`delete from pgboss.job where name = 'mail-reset-link' and state <> 'active'`);
  await vi.waitFor(async () => expect(await jobs(`state = 'active'`)).toEqual([]));
  smtp.mails.length = 0;
  smtp.refuses = false;
  await query('delete from attempt');
  await query('delete from verification');
  await query(`delete from pgboss.job where name = 'mail-reset-link'`);
  const { organizationId } = await claimedOrganization(app);
  person = await addMember(app, organizationId, 'developer');
});

const request = (email: string, from = '192.0.2.1') =>
  visitor(app).post<Delivery>('/v1/password-resets', { email }, { 'x-forwarded-for': from });
const complete = (token: string, newPassword = NEW_PASSWORD) =>
  visitor(app).post('/v1/password-resets/complete', { token, newPassword });
const find = (token: string) => visitor(app).post('/v1/password-resets/find', { token });
const signIn = (password: string) =>
  visitor(app).post('/api/auth/sign-in/email', { email: person.email, password });
const isVerified = async () =>
  (
    await query<{ is: boolean }>('select email_verified as is from "user" where email = $1', [
      person.email,
    ])
  )[0]?.is;
const userId = async () =>
  (await query<{ id: string }>('select id from "user" where email = $1', [person.email]))[0]?.id ??
  '';

const jobs = (where: string) =>
  query(`select * from pgboss.job where name = 'mail-reset-link' and ${where}`);

/** The token of the newest mail to this test's person: mails of the test before may still come. */
async function mailedToken(count = 1): Promise<string> {
  const mails = () => smtp.mails.filter(({ to }) => to === person.email);
  await vi.waitFor(() => expect(mails()).toHaveLength(count));
  const message = (mails().at(-1)?.message ?? '').replace(/=\r\n/g, '').replace(/=3D/g, '=');
  return /\/reset-password#token=([\w-]{43})/.exec(message)?.[1] ?? '';
}

describe('a request to reset a password', () => {
  it('answers the same whether or not the address has an account, and mails only the account', async () => {
    const [unknown, known] = [await request('nobody@example.com'), await request(person.email)];
    expect([unknown.status, unknown.body]).toEqual([200, { delivery: 'mail' }]);
    expect([known.status, known.body]).toEqual([200, { delivery: 'mail' }]);
    await mailedToken();
    expect(smtp.mails.map(({ to }) => to)).toEqual([person.email]);
  });

  it('is answered while the database does not say yet whether there is an account', async () => {
    const held = app.services.db.transaction(async (tx) => {
      await tx.execute('lock table "user" in access exclusive mode');
      expect((await request(person.email)).status).toBe(200);
      expect(smtp.mails).toEqual([]);
      // The mail is sent even if the process ends now.
      expect(await jobs(`state in ('created', 'active')`)).toHaveLength(1);
    });
    await held;
    await mailedToken();
  });

  it('waits for no poll between itself and those that strangers made before', async () => {
    const held = app.services.db.transaction(async (tx) => {
      await tx.execute('lock table "user" in access exclusive mode');
      for (let times = 0; times < 8; times += 1) await request(`${times}@example.com`);
    });
    await held;
    await request(person.email);
    await mailedToken();
    // What waits for a poll begins half a second after the one before, on any machine.
    const [gaps] = await query<{ least: number }>(
      `select min(gap) as least from (
         select extract(epoch from started_on - lag(started_on) over (order by started_on))::float
           as gap
         from pgboss.job where name = 'mail-reset-link'
       ) as job`,
    );
    expect(gaps?.least).toBeLessThan(0.4);
  });

  it('stores the hash of the token, and logs none', async () => {
    await request(person.email.toUpperCase());
    const token = await mailedToken();
    expect(token).toHaveLength(43);
    const stored = JSON.stringify(await query('select * from verification'));
    expect(stored).toContain('password-reset:');
    expect(stored).not.toContain(token);
    expect(app.logged.join()).not.toContain(token);
    const [job] = await jobs('true');
    expect(JSON.stringify(job)).toContain(person.email.toUpperCase());
    expect(JSON.stringify(job)).not.toContain(token);
  });

  it('logs codes alone where the mail server takes no mail', async () => {
    smtp.refuses = true;
    expect((await request(person.email)).body).toEqual({ delivery: 'mail' });
    const find = () =>
      app.logged.find((line) => line.includes('password reset mail could not be sent'));
    await vi.waitFor(() => expect(find()).toMatch(/"responseCode":554/));
    expect(app.logged.join()).not.toContain('#token=');
    await vi.waitFor(async () => expect(await jobs(`state = 'retry'`)).toHaveLength(1));
    expect(JSON.stringify(await jobs('true'))).not.toContain('#token=');
  });

  it('is limited by account, whether there is one or not, by network and in all', async () => {
    for (const email of [person.email, 'nobody@example.com']) {
      for (let times = 0; times < 5; times += 1) {
        expect((await request(email, `203.0.113.${times}`)).status).toBe(200);
      }
      const refused = await request(email.toUpperCase(), '203.0.113.9');
      expect(refused.problem).toMatchObject({ status: 429, code: 'rate_limited' });
      expect(refused.problem.detail).toContain(
        `Try again in ${refused.headers.get('retry-after')} second`,
      );
    }
    await query('delete from attempt');
    for (let times = 0; times < 20; times += 1) {
      expect((await request(`${times}@example.com`, `2001:db8::${times + 1}`)).status).toBe(200);
    }
    expect((await request('other@example.com', '2001:db8::ffff')).status).toBe(429);
    await query(`update attempt set count = 1000 where key like '%password-resets/all:%'`);
    expect((await request('other@example.com', '192.0.2.200')).status).toBe(200);
    await query(`update attempt set count = 10000 where key like '%password-resets/reserve:%'`);
    expect((await request('other@example.com', '192.0.2.200')).status).toBe(429);
  });

  it('is refused without an address', async () => {
    expect((await request('nobody')).problem.code).toBe('validation_failed');
  });
});

describe('the link', () => {
  it('sets the password once, ends every session, and signs nobody in', async () => {
    await request(person.email);
    const first = await mailedToken();
    await request(person.email);
    const second = await mailedToken(2);
    const found = await find(first);
    expect(found).toMatchObject({ status: 200, body: { email: person.email } });
    const done = await complete(first);
    expect(done.status).toBe(204);
    expect(done.headers.getSetCookie().join('\n')).not.toContain('session_token');
    expect((await person.client.get('/v1/whoami')).status).toBe(401);
    expect((await signIn(PASSWORD)).status).toBe(401);
    expect((await signIn(NEW_PASSWORD)).status).toBe(200);
    for (const token of [first, second, 'x'.repeat(43)]) {
      expect((await complete(token)).problem.code).toBe('password_reset_invalid');
      expect((await find(token)).problem.code).toBe('password_reset_invalid');
    }
    const events = await query<{ actor: object }>(
      `select actor from audit_event where action = 'session.reset_password'`,
    );
    expect(events).toMatchObject([{ actor: { memberId: person.memberId } }]);
  });

  it('lets its owner sign in with it while strangers guess at the account', async () => {
    for (let network = 0; network < 31; network += 1) {
      const from = { 'x-forwarded-for': `198.51.100.${network}` };
      const wrong = { email: person.email, password: 'wrong' };
      await visitor(app).post('/api/auth/sign-in/email', wrong, from);
    }
    await request(person.email);
    const { headers } = await complete(await mailedToken());
    const device = headers.getSetCookie().map((line) => line.split(';')[0]);
    expect(device).toEqual([expect.stringMatching(/^tollkeeper\.device=/)]);
    const right = { email: person.email, password: NEW_PASSWORD };
    const stranger = await visitor(app).post('/api/auth/sign-in/email', right);
    expect(stranger.status).toBe(429);
    const cookie = { cookie: device.join('; ') };
    expect((await visitor(app).post('/api/auth/sign-in/email', right, cookie)).status).toBe(200);
  });

  it('works for one of two who use it at once', async () => {
    await request(person.email);
    const token = await mailedToken();
    const answers = await Promise.all([complete(token), complete(token)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 403]);
  });

  it('works for an hour, and is purged after it', async () => {
    await request(person.email);
    const token = await mailedToken();
    await query(`update verification set expires_at = expires_at - interval '59 minutes'`);
    await purgeOutdated(app.services.db);
    expect(await query('select 1 from verification')).toHaveLength(1);
    await query(`update verification set expires_at = expires_at - interval '61 seconds'`);
    expect((await find(token)).problem.code).toBe('password_reset_invalid');
    expect((await complete(token)).problem.code).toBe('password_reset_invalid');
    await purgeOutdated(app.services.db);
    expect(await query('select 1 from verification')).toEqual([]);
  });

  it('keeps second factors, and ends half sign-ins and trusted devices', async () => {
    const id = await userId();
    await query('update "user" set two_factor_enabled = true where id = $1', [id]);
    await query(
      `insert into verification (id, identifier, value, expires_at)
       values ($1, 'trust-device-x', $2, now() + interval '1 day')`,
      [randomUUID(), id],
    );
    await request(person.email);
    expect((await complete(await mailedToken())).status).toBe(204);
    expect(await query('select 1 from verification')).toEqual([]);
    expect(await query('select two_factor_enabled as is from "user" where id = $1', [id])).toEqual([
      { is: true },
    ]);
  });

  it('proves the address, unless a passkey stays that someone else may hold', async () => {
    const id = await userId();
    await query('update "user" set email_verified = false where id = $1', [id]);
    await query(
      `insert into passkey (id, public_key, user_id, credential_id, counter, device_type, backed_up)
       values ('pk', 'k', $1, 'c', 0, 'x', false)`,
      [id],
    );
    await request(person.email);
    await complete(await mailedToken());
    expect(await isVerified()).toBe(false);
    await query('delete from passkey');
    await request(person.email);
    await complete(await mailedToken(2));
    expect(await isVerified()).toBe(true);
  });

  it('refuses a short password, and stays valid', async () => {
    await request(person.email);
    const token = await mailedToken();
    expect((await complete(token, 'short')).problem.code).toBe('validation_failed');
    expect((await complete(token)).status).toBe(204);
  });
});

it('without mail, the operator is named and nothing is stored', async () => {
  const { app: bare, query: ask } = await startOrganization();
  const answer = await visitor(bare).post('/v1/password-resets', { email: 'ada@example.com' });
  expect(answer.body).toEqual({ delivery: 'operator' });
  expect((await visitor(bare).get('/v1/password-resets')).body).toEqual({ delivery: 'operator' });
  expect((await visitor(app).get('/v1/password-resets')).body).toEqual({ delivery: 'mail' });
  expect(await ask('select 1 from verification')).toEqual([]);
});

it('changes nothing where its event cannot be written', async () => {
  await request(person.email);
  const token = await mailedToken();
  await refuseAuditEvents(app);
  expect((await complete(token)).status).toBe(500);
  expect((await signIn(NEW_PASSWORD)).status).toBe(401);
  expect((await person.client.get('/v1/whoami')).status).toBe(200);
});
