import type { Identity, SessionView } from '@tollkeeper/contract';
import { sql } from 'drizzle-orm';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newestAuditEvent } from '../../testing/audit-log.ts';
import type { Client } from '../../testing/client.ts';
import { enrolTotp } from '../../testing/enrol-totp.ts';
import {
  addPasskey,
  confirmByPasskey,
  createPasskey,
  signInByPasskey,
} from '../../testing/passkey.ts';
import { addMember, claimedOrganization, openSession, PASSWORD } from '../../testing/people.ts';
import { cookiesOf, visitor } from '../../testing/sign-in.ts';
import { claimServer, startTestApp, type TestApp, withKey } from '../../testing/test-app.ts';

const MINUTE_MS = 60_000;
let app: TestApp;
let owner: Client;
let organizationId: string;
let now = new Date();

beforeAll(async () => {
  app = await startTestApp({ clock: () => now });
  owner = await claimServer(app);
  ({ organizationId } = await claimedOrganization(app));
});

beforeEach(() => {
  now = new Date();
});

const member = () => addMember(app, organizationId, 'admin');
const after = (minutes: number) => {
  now = new Date(now.getTime() + minutes * MINUTE_MS);
};

async function sessionOf(client: Client): Promise<SessionView | null> {
  return (await client.get<Identity>('/v1/whoami')).body.session;
}

describe('a session', () => {
  it('says what opened it, and when', async () => {
    const { client } = await member();
    const session = await sessionOf(client);
    expect(session).toMatchObject({ factors: ['password'], authenticatedAt: now.toISOString() });
    expect(session?.expiresAt).toBe(new Date(now.getTime() + 168 * 60 * MINUTE_MS).toISOString());
  });

  it('is none for a key', async () => {
    const made = await owner.post<{ secret: string }>('/v1/api-keys', {
      name: 'ci',
      profile: 'organization',
    });
    expect(await sessionOf(withKey(app, made.body.secret))).toBeNull();
    const refused = await withKey(app, made.body.secret).post('/v1/session/confirm', {
      password: PASSWORD,
    });
    expect(refused.problem.code).toBe('invalid_state');
  });

  it('that a passkey opened has that factor alone', async () => {
    const { client } = await member();
    const passkey = createPasskey();
    expect((await addPasskey(app, client, passkey)).status).toBe(200);
    const opened = await signInByPasskey(app, visitor(app), passkey);
    expect(opened.status).toBe(200);
    const session = await sessionOf(visitor(app, cookiesOf(opened)));
    expect(session?.factors).toEqual(['passkey']);
  });

  it('is not opened by a passkey that does not verify its user, nor is such a passkey added', async () => {
    const { client } = await member();
    const careless = createPasskey({ verifiesUser: false });
    expect((await addPasskey(app, client, careless)).status).toBe(401);
  });

  it('asks a passkey to verify its user before it opens one', async () => {
    const path = '/api/auth/passkey/generate-authenticate-options';
    const { body } = await visitor(app).get<object>(path);
    expect(body).toMatchObject({ userVerification: 'required' });
  });

  it('is neither opened nor confirmed by a passkey that verifies its user no more', async () => {
    const { client } = await member();
    const careless = createPasskey({ verifiesUserLater: false });
    expect((await addPasskey(app, client, careless)).status).toBe(200);
    expect((await signInByPasskey(app, visitor(app), careless)).status).toBe(401);
    expect((await confirmByPasskey(app, client, careless)).problem.code).toBe('sign_in_failed');
  });

  it('that replaces another is no newer than that', async () => {
    const { client } = await member();
    const { signedInAt } = await facts(client);
    after(5);
    const changed = await client.post('/api/auth/change-password', {
      currentPassword: PASSWORD,
      newPassword: 'another password of the test',
      revokeOtherSessions: true,
    });
    expect(changed.status).toBe(200);
    expect(await facts(visitor(app, cookiesOf(changed)))).toEqual({ signedInAt });
  });

  /** As the organization's rule counts: 168 hours before it ends. */
  async function facts(client: Client) {
    const session = await sessionOf(client);
    return { signedInAt: session?.expiresAt };
  }
});

describe('confirming a session', () => {
  it('by password renews the time and the token', async () => {
    const { client } = await member();
    after(20);
    const confirmed = await client.post<SessionView>('/v1/session/confirm', { password: PASSWORD });
    expect(confirmed.status).toBe(200);
    expect(confirmed.body).toMatchObject({
      factors: ['password'],
      authenticatedAt: now.toISOString(),
    });
    expect(await sessionOf(visitor(app, cookiesOf(confirmed)))).toEqual(confirmed.body);
    expect(await newestAuditEvent(app)).toMatchObject({
      action: 'session.confirm',
      after: { factors: ['password'] },
    });
    expect((await client.get('/v1/whoami')).status).toBe(401);
  });

  it('is refused with what is wrong, and changes nothing', async () => {
    const { client } = await member();
    const before = await sessionOf(client);
    after(1);
    const wrong = await client.post('/v1/session/confirm', { password: 'not the password' });
    expect(wrong.problem).toMatchObject({ status: 403, code: 'sign_in_failed' });
    expect(wrong.problem.detail).toContain('The password is wrong');
    const { problem } = await client.post('/v1/session/confirm', {});
    expect(problem).toMatchObject({
      status: 422,
      code: 'validation_failed',
      errors: [{ path: 'password', message: 'is needed, unless you use a passkey' }],
    });
    expect(await sessionOf(client)).toEqual(before);
  });

  it('asks a person with a second factor for it', async () => {
    const { client } = await member();
    const { code, client: enrolled } = await enrolTotp(app, client, PASSWORD);
    const weak = await enrolled.post('/v1/session/confirm', { password: PASSWORD });
    expect(weak.problem).toMatchObject({
      code: 'recent_sign_in_required',
      factors: ['totp', 'backup_code'],
    });
    const wrong = await enrolled.post('/v1/session/confirm', {
      password: PASSWORD,
      totp: '000000',
    });
    expect(wrong.problem.code).toBe('sign_in_failed');
    const right = await enrolled.post<SessionView>('/v1/session/confirm', {
      password: PASSWORD,
      totp: code(),
    });
    expect(right.body.factors).toEqual(['password', 'totp']);
  });

  it('takes a backup code once', async () => {
    const { client } = await member();
    const { backupCodes, client: enrolled } = await enrolTotp(app, client, PASSWORD);
    const body = { password: PASSWORD, backupCode: backupCodes[0] };
    const first = await enrolled.post<SessionView>('/v1/session/confirm', body);
    expect(first.body.factors).toEqual(['password', 'backup_code']);
    const again = await visitor(app, cookiesOf(first)).post('/v1/session/confirm', body);
    expect(again.problem.code).toBe('sign_in_failed');
  });

  it('takes no code of an app that is only being set up', async () => {
    const { client, userId } = await member();
    const { code, client: enrolled } = await enrolTotp(app, client, PASSWORD);
    await app.services.db.execute(
      sql`update two_factor set verified = false where user_id = ${userId}`,
    );
    const answer = await enrolled.post('/v1/session/confirm', {
      password: PASSWORD,
      totp: code(),
    });
    expect(answer.problem.code).toBe('sign_in_failed');
  });

  it('locks after ten wrong codes, whatever address they come from', async () => {
    const { client } = await member();
    const { code, client: enrolled } = await enrolTotp(app, client, PASSWORD);
    const confirm = (totp: string) =>
      enrolled.post('/v1/session/confirm', { password: PASSWORD, totp });
    for (let tries = 0; tries < 10; tries += 1) await confirm('000000');
    const locked = await confirm(code());
    const waitS = Number(locked.headers.get('retry-after'));
    expect(waitS).toBeGreaterThan(14 * 60);
    expect(locked.problem).toMatchObject({
      code: 'rate_limited',
      detail: `Too many wrong codes. Try again in ${waitS} seconds.`,
    });
    after(16);
    expect((await confirm(code())).status).toBe(200);
  });

  it('by passkey takes one of the own account only', async () => {
    const { client } = await member();
    const other = await member();
    const passkey = createPasskey();
    await addPasskey(app, client, passkey);
    expect((await confirmByPasskey(app, other.client, passkey)).problem.code).toBe(
      'sign_in_failed',
    );
    const confirmed = await confirmByPasskey(app, client, passkey);
    expect(confirmed.body.factors).toEqual(['passkey']);
  });
});

describe('a required second factor', () => {
  it('is not met by a password when all that the member has is a passkey', async () => {
    const { client, email } = await member();
    const passkey = createPasskey();
    await addPasskey(app, client, passkey);
    const byPassword = await openSession(app, email);
    await app.services.db.execute('update organization set two_factor_required = true');
    const refused = await byPassword.get('/v1/members');
    expect(refused.problem).toMatchObject({ code: 'two_factor_required', factors: ['passkey'] });
    const confirmed = await confirmByPasskey(app, byPassword, passkey);
    const strong = visitor(app, cookiesOf(confirmed));
    expect((await strong.get('/v1/members')).status).toBe(200);
    const opened = await signInByPasskey(app, visitor(app), passkey);
    expect((await visitor(app, cookiesOf(opened)).get('/v1/members')).status).toBe(200);
    await app.services.db.execute('update organization set two_factor_required = false');
  });
});
