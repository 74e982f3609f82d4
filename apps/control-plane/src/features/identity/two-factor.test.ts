import { beforeAll, describe, expect, it } from 'vitest';
import { auditEvent, verification } from '../../db/schema/index.ts';
import type { Client } from '../../testing/client.ts';
import { cookiesOf, visitor } from '../../testing/sign-in.ts';
import { claimServer, OWNER, startTestApp, type TestApp } from '../../testing/test-app.ts';
import { totpCode } from '../../testing/totp.ts';

interface Enrolment {
  readonly totpURI: string;
  readonly backupCodes: string[];
}

let app: TestApp;
let owner: Client;
let enrolment: Enrolment;
/** The one that enrolling opened. */
let session: Client;

beforeAll(async () => {
  app = await startTestApp();
  owner = await claimServer(app);
});

/** Of the code after the present one, which is right already. */
const nextCodeAt = () => Date.now() + 30_000;

async function passwordStep() {
  const { email, password } = OWNER;
  return visitor(app).post<{ twoFactorRedirect?: boolean }>('/api/auth/sign-in/email', {
    email,
    password,
  });
}

describe('a second factor', () => {
  it('is not enrolled without the password', async () => {
    const refused = await owner.post('/api/auth/two-factor/enable', {
      password: 'not the password',
    });
    expect(refused.status).toBe(422);
  });

  it('is enrolled by a code of the authenticator app', async () => {
    const begun = await owner.post<Enrolment>('/api/auth/two-factor/enable', {
      password: OWNER.password,
    });
    expect(begun.status).toBe(200);
    enrolment = begun.body;
    expect(Object.keys(enrolment).sort()).toEqual(['backupCodes', 'totpURI']);
    const wrong = await owner.post('/api/auth/two-factor/verify-totp', { code: '000000' });
    expect([wrong.status, wrong.problem.detail]).toEqual([
      401,
      'The code is wrong, has expired, or was used before.',
    ]);
    const right = await owner.post('/api/auth/two-factor/verify-totp', {
      code: totpCode(enrolment.totpURI, Date.now()),
    });
    expect(right.status).toBe(200);
    session = visitor(app, cookiesOf(right));
    const events = await app.services.db.select().from(auditEvent);
    expect(events.map((event) => event.action)).toContain('session.verify_two_factor');
  });

  it('is checked for nobody by session once it is enrolled, right or wrong', async () => {
    expect((await session.get('/v1/whoami')).status).toBe(200);
    for (const code of ['000000', totpCode(enrolment.totpURI, nextCodeAt())]) {
      const answer = await session.post('/api/auth/two-factor/verify-totp', { code });
      expect([code, answer.status]).toEqual([code, 401]);
    }
  });

  it('leaves the session that it belongs to signed in everywhere else', async () => {
    const { body } = await session.get<object>('/api/auth/get-session');
    expect(body).toMatchObject({ user: { email: OWNER.email } });
  });

  it('is asked for at the next sign-in: the password alone opens nothing', async () => {
    const answer = await passwordStep();
    expect(answer.body.twoFactorRedirect).toBe(true);
    const half = await visitor(app, cookiesOf(answer)).get('/v1/whoami');
    expect(half.status).toBe(401);
  });

  it('completes the sign-in, and puts the session in the cookie only', async () => {
    const half = visitor(app, cookiesOf(await passwordStep()));
    const code = totpCode(enrolment.totpURI, nextCodeAt());
    const whole = await half.post('/api/auth/two-factor/verify-totp', { code });
    expect(whole.body).toEqual({});
    expect((await visitor(app, cookiesOf(whole)).get('/v1/whoami')).status).toBe(200);
  });

  it('takes each code once: at a sign-in, of two at once, and to confirm a session', async () => {
    await app.services.db.delete(verification);
    const code = totpCode(enrolment.totpURI, Date.now());
    const halves = [await passwordStep(), await passwordStep(), await passwordStep()];
    const [first, second, third] = halves.map((each) => visitor(app, cookiesOf(each)));
    const verify = (half: Client | undefined) =>
      half?.post('/api/auth/two-factor/verify-totp', { code });
    const answers = await Promise.all([verify(first), verify(second)]);
    expect(answers.map((answer) => answer?.status).toSorted()).toEqual([200, 401]);
    expect((await verify(third))?.problem.detail).toBe(
      'This code was used before. Wait until your app shows the next one.',
    );
    const whole = answers.find((answer) => answer?.status === 200);
    const session = visitor(app, whole ? cookiesOf(whole) : '');
    const confirm = (totp: string) =>
      session.post('/v1/session/confirm', { password: OWNER.password, totp });
    expect((await confirm(code)).problem.code).toBe('sign_in_failed');
    const next = totpCode(enrolment.totpURI, nextCodeAt());
    expect((await confirm(next)).status).toBe(200);
    const again = await visitor(app, cookiesOf(await passwordStep())).post(
      '/api/auth/two-factor/verify-totp',
      { code: next },
    );
    expect(again.status).toBe(401);
  });

  it('can be replaced by a backup code, once', async () => {
    const code = enrolment.backupCodes[0];
    const first = await visitor(app, cookiesOf(await passwordStep())).post(
      '/api/auth/two-factor/verify-backup-code',
      { code },
    );
    expect((await visitor(app, cookiesOf(first)).get('/v1/whoami')).status).toBe(200);
    const again = await visitor(app, cookiesOf(await passwordStep())).post(
      '/api/auth/two-factor/verify-backup-code',
      { code },
    );
    expect([again.status, again.problem.detail]).toEqual([
      401,
      'The backup code is wrong, or was used before.',
    ]);
  });
});
