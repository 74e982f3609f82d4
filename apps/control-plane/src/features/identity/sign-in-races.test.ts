import { hashPassword } from 'better-auth/crypto';
import pg from 'pg';
import { beforeAll, beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import type { Answer, Client } from '../../testing/client.ts';
import { enrolTotp } from '../../testing/enrol-totp.ts';
import { addPasskey, createPasskey, signInByPasskey } from '../../testing/passkey.ts';
import { addMember, claimedOrganization, PASSWORD, type Person } from '../../testing/people.ts';
import { cookiesOf, visitor } from '../../testing/sign-in.ts';
import { startOrganization, type TestOrganization } from '../../testing/start-organization.ts';
import type { TestApp } from '../../testing/test-app.ts';

let app: TestApp;
let query: TestOrganization['query'];
let person: Person;
let newHash: string;

beforeAll(async () => {
  ({ app, query } = await startOrganization());
  newHash = await hashPassword('what the reset sets instead');
});

beforeEach(async () => {
  await query('delete from attempt');
  const { organizationId } = await claimedOrganization(app);
  person = await addMember(app, organizationId, 'developer');
});

/**
 * Asks while a reset of the password and of second factors holds the user, and lets it commit once the
 * request waits.
 */
async function duringReset(ask: () => Promise<Answer<unknown>>): Promise<Answer<unknown>> {
  const reset = new pg.Client(app.database);
  await reset.connect();
  onTestFinished(() => reset.end());
  await reset.query('begin');
  await reset.query('select 1 from "user" where id = $1 for update', [person.userId]);
  const asked = ask();
  const waiting = `select 1 from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock'`;
  await vi.waitUntil(async () => (await query(waiting)).length > 0);
  await reset.query('update account set password = $2 where user_id = $1', [
    person.userId,
    newHash,
  ]);
  await reset.query('delete from session where user_id = $1', [person.userId]);
  await reset.query('delete from verification where value = $1', [person.userId]);
  await reset.query('delete from device_code where user_id = $1', [person.userId]);
  await reset.query('delete from passkey where user_id = $1', [person.userId]);
  await reset.query('commit');
  return asked;
}

async function expectNothingOpened(answer: Answer<unknown>): Promise<void> {
  expect([answer.status, answer.problem.code]).toEqual([401, 'unauthenticated']);
  expect(answer.headers.getSetCookie().filter((line) => /session_token=[^;]/.test(line))).toEqual(
    [],
  );
  expect(await query('select 1 from session where user_id = $1', [person.userId])).toEqual([]);
  expect(await query('select password from account where user_id = $1', [person.userId])).toEqual([
    { password: newHash },
  ]);
}

const signIn = () =>
  visitor(app).post('/api/auth/sign-in/email', { email: person.email, password: PASSWORD });

it('opens no session by a password that is reset while it is checked', async () => {
  await expectNothingOpened(await duringReset(signIn));
});

it('asks for no code after a password that is reset while it is checked', async () => {
  await enrolTotp(app, person.client, PASSWORD);
  await expectNothingOpened(await duringReset(signIn));
  expect(await query('select 1 from verification where value = $1', [person.userId])).toEqual([]);
});

it('changes no password that is reset meanwhile', async () => {
  const body = { currentPassword: PASSWORD, newPassword: 'what a thief would like it to be' };
  await expectNothingOpened(
    await duringReset(() => person.client.post('/api/auth/change-password', body)),
  );
});

it('opens no session by a code whose sign-in began before the reset', async () => {
  const { code, backupCodes } = await enrolTotp(app, person.client, PASSWORD);
  const half = visitor(app, cookiesOf(await signIn()));
  const verify = (kind: string, given?: string) => () =>
    half.post(`/api/auth/two-factor/${kind}`, { code: given });
  await expectNothingOpened(await duringReset(verify('verify-backup-code', backupCodes[0])));
  const second = visitor(app, cookiesOf(await signInWithNewPassword()));
  await expectNothingOpened(
    await duringReset(() => second.post('/api/auth/two-factor/verify-totp', { code: code() })),
  );
});

const signInWithNewPassword = () =>
  visitor(app).post('/api/auth/sign-in/email', {
    email: person.email,
    password: 'what the reset sets instead',
  });

it('opens no session by a device login that was approved before the reset', async () => {
  const begun = await visitor(app).post<{ user_code: string; device_code: string }>(
    '/api/auth/device/code',
    { client_id: 'tollkeeper-cli' },
  );
  const { user_code: userCode, device_code: deviceCode } = begun.body;
  await person.client.get(`/api/auth/device?user_code=${userCode}`);
  expect((await person.client.post('/api/auth/device/approve', { userCode })).status).toBe(200);
  const fetch = () =>
    visitor(app).post('/api/auth/device/token', {
      grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
      device_code: deviceCode,
      client_id: 'tollkeeper-cli',
    });
  const answer = await duringReset(fetch);
  expect(answer.status).toBeGreaterThanOrEqual(400);
  expect(await query('select 1 from session where user_id = $1', [person.userId])).toEqual([]);
});

it('opens no session by a passkey that the operator removes meanwhile', async () => {
  const passkey = createPasskey();
  expect((await addPasskey(app, person.client, passkey)).status).toBe(200);
  await expectNothingOpened(await duringReset(() => signInByPasskey(app, visitor(app), passkey)));
});

it('sets up no second factor by a session that the reset ends', async () => {
  const enable = (client: Client) => () =>
    client.post('/api/auth/two-factor/enable', { password: PASSWORD });
  await expectNothingOpened(await duringReset(enable(person.client)));
  expect(await query('select 1 from two_factor where user_id = $1', [person.userId])).toEqual([]);
});
