import { routes } from '@tollkeeper/contract';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { resetPasswordByOperator } from '../features/identity/index.ts';
import type { Answer, Client } from '../testing/client.ts';
import { enrolTotp } from '../testing/enrol-totp.ts';
import { addMember, claimedOrganization, PASSWORD } from '../testing/people.ts';
import { cookiesOf, visitor } from '../testing/sign-in.ts';
import { startOrganization, type TestOrganization } from '../testing/start-organization.ts';
import { OWNER, startTestApp, type TestApp } from '../testing/test-app.ts';
import { totpCode } from '../testing/totp.ts';

let app: TestApp;
let owner: Client;
let query: TestOrganization['query'];

beforeAll(async () => {
  ({ app, owner, query } = await startOrganization({ trustedProxies: ['127.0.0.1'] }));
});

beforeEach(async () => {
  await query('delete from attempt');
});

const { email, password } = OWNER;

function signIn(from: string, given: object, cookie = '', at: Pick<TestApp, 'baseUrl'> = app) {
  const headers = { 'x-forwarded-for': from };
  return visitor(at, cookie).post('/api/auth/sign-in/email', given, headers);
}

const guess = (from: string, of = email) => signIn(from, { email: of, password: 'a wrong guess' });
const statusesOf = async (answers: Promise<Answer<unknown>>[]) =>
  (await Promise.all(answers)).map(({ status }) => status);

describe('guessing a password', () => {
  it('is no faster from many addresses: the account has a budget of its own', async () => {
    const answers = Array.from({ length: 60 }, (_, at) => guess(`203.0.113.${at % 12}`));
    const tried = (await statusesOf(answers)).filter((status) => status !== 429);
    expect(tried).toHaveLength(30);
  });

  it('has ten tries from one network in a minute, counted by the /64 of an IPv6 address', async () => {
    const answers = Array.from({ length: 15 }, (_, at) => guess(`2001:db8:0:1::${at + 1}`));
    const tried = (await statusesOf(answers)).filter((status) => status !== 429);
    expect(tried).toHaveLength(10);
    expect((await guess('2001:db8:0:2::1')).status).toBe(401);
  });

  it('does not lock out a device that has signed in before, and the rest only for a time', async () => {
    const first = await signIn('192.0.2.1', { email, password });
    const device = cookiesOf(first);
    expect(device).toContain('tollkeeper.device=');
    await statusesOf(Array.from({ length: 40 }, (_, at) => guess(`203.0.113.${at}`)));

    const stranger = await signIn('192.0.2.77', { email, password });
    expect(stranger.problem).toMatchObject({ status: 429, code: 'rate_limited' });
    const waitS = Number(stranger.headers.get('retry-after'));
    expect(waitS).toBeGreaterThan(0);
    expect(waitS).toBeLessThanOrEqual(15 * 60);
    expect(stranger.problem.detail).toContain(`Try again in ${waitS} second`);

    expect((await signIn('192.0.2.77', { email, password }, device)).status).toBe(200);
  });

  it('keeps nobody out to whom the operator gave a password, until it was used', async () => {
    const { organizationId } = await claimedOrganization(app);
    const person = await addMember(app, organizationId, 'viewer');
    const made = 'made by the command, and printed';
    const attack = () =>
      statusesOf(Array.from({ length: 40 }, (_, at) => guess(`203.0.113.${at}`, person.email)));
    const reset = (isGenerated: boolean) =>
      resetPasswordByOperator(app.services, person.email, made, 'req_1', isGenerated);
    const enter = async (from: string) =>
      (await signIn(from, { email: person.email, password: made })).status;
    await attack();
    await reset(false);
    expect(await enter('192.0.2.60')).toBe(429);
    await reset(true);
    await attack();
    expect(await enter('192.0.2.61')).toBe(200);
    // From now on it is a password like any other.
    await attack();
    expect(await enter('192.0.2.62')).toBe(429);
  });

  it('counts by the account that a device is known to, and takes no forged cookie', async () => {
    const { organizationId } = await claimedOrganization(app);
    const other = await addMember(app, organizationId, 'viewer');
    const known = cookiesOf(await signIn('192.0.2.1', { email: other.email, password: PASSWORD }));
    await statusesOf(Array.from({ length: 40 }, (_, at) => guess(`203.0.113.${at}`)));
    const forged = `tollkeeper.device=${'A'.repeat(22)}.${'B'.repeat(22)}`;
    for (const cookie of [known, forged]) {
      expect((await signIn('192.0.2.1', { email, password }, cookie)).status).toBe(429);
    }
  });

  it('is bounded on a device that is known, too', async () => {
    const device = cookiesOf(await signIn('192.0.2.1', { email, password }));
    const wrong = { email, password: 'a wrong guess' };
    const answers = Array.from({ length: 25 }, () => signIn('192.0.2.1', wrong, device));
    const tried = (await statusesOf(answers)).filter((status) => status !== 429);
    expect(tried).toHaveLength(20);
  });

  it('from the address of an unknown proxy keeps nobody else out', async () => {
    const { organizationId } = await claimedOrganization(app);
    const other = await addMember(app, organizationId, 'viewer');
    await statusesOf(Array.from({ length: 12 }, () => guess('198.51.100.1')));
    expect((await guess('198.51.100.1')).status).toBe(429);
    const right = { email: other.email, password: PASSWORD };
    expect((await signIn('198.51.100.1', right)).status).toBe(200);
  });

  it('gives back what was right: signing in costs nothing', async () => {
    for (let times = 0; times < 12; times += 1) {
      expect((await signIn('192.0.2.9', { email, password })).status).toBe(200);
    }
  });

  it('is counted by all processes together', async () => {
    const second = await startTestApp({ database: app.database, trustedProxies: ['127.0.0.1'] });
    await statusesOf(Array.from({ length: 40 }, (_, at) => guess(`203.0.113.${at}`)));
    expect((await signIn('192.0.2.8', { email, password }, '', second)).status).toBe(429);
  });
});

describe('by a session that was left open', () => {
  /** Wherever the contract takes a password, and Better Auth's endpoints that do. */
  const PLACES: readonly (readonly [string, string, object])[] = [
    ...Object.values(routes)
      .filter((route) => 'body' in route && 'password' in route.body.shape)
      .filter(({ access }) => access !== 'public')
      .map(({ method, path }) => [method, path, { password }] as const),
    ['POST', '/api/auth/change-password', { currentPassword: password, newPassword: PASSWORD }],
    ['POST', '/api/auth/two-factor/enable', { password }],
    ['POST', '/api/auth/two-factor/disable', { password }],
    ['POST', '/api/auth/two-factor/generate-backup-codes', { password }],
  ];

  const REQUIRED = new Map<string, object>([
    ['/v1/organization/transfer', { memberId: `mem_${'0'.repeat(20)}` }],
    ['/v1/organization', { name: 'Acme' }],
  ]);

  it('a password can be guessed nowhere once the attempts are used up, right or wrong', async () => {
    expect(PLACES.length).toBeGreaterThanOrEqual(6);
    const wrong = { currentPassword: 'a wrong guess', newPassword: PASSWORD };
    expect((await owner.post('/api/auth/change-password', wrong)).status).toBe(422);
    const counted = await query<{ key: string }>(
      `update attempt set count = 20 where count = 1 returning key`,
    );
    expect(counted).toEqual([{ key: expect.stringMatching(/^session\/device:/) }]);
    for (const [method, path, body] of PLACES) {
      const headers = { 'content-type': 'application/json' };
      const fields = { ...REQUIRED.get(path), ...body };
      const answer = await owner.raw(method, path, JSON.stringify(fields), headers);
      expect([path, answer.status]).toEqual([path, 429]);
    }
    // A stranger cannot cause that: signing in is counted apart.
    expect((await signIn('192.0.2.1', { email, password })).status).toBe(200);
  });

  it.each(['verify-totp', 'verify-backup-code'])('nor a code, at %s', async (name) => {
    const answers = Array.from({ length: 25 }, () =>
      owner.post(`/api/auth/two-factor/${name}`, { code: '000000' }),
    );
    expect((await statusesOf(answers)).filter((status) => status !== 429)).toHaveLength(20);
  });
});

describe('the code at a sign-in', () => {
  it('is guessed at no faster than a password', async () => {
    const { organizationId } = await claimedOrganization(app);
    const person = await addMember(app, organizationId, 'viewer');
    const { body } = await person.client.post<{ totpURI: string }>('/api/auth/two-factor/enable', {
      password: PASSWORD,
    });
    const code = totpCode(body.totpURI, Date.now());
    await person.client.post('/api/auth/two-factor/verify-totp', { code });
    const half = await signIn('192.0.2.1', { email: person.email, password: PASSWORD });
    const answers = Array.from({ length: 15 }, () =>
      visitor(app, cookiesOf(half)).post('/api/auth/two-factor/verify-totp', { code: '000000' }),
    );
    const statuses = await statusesOf(answers);
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThanOrEqual(5);
  });
});

describe('the code at a sign-in, beside a session of somebody else', () => {
  it.each(['verify-totp', 'verify-backup-code'])(
    'counts against the account that is guessed at, at %s',
    async (name) => {
      const { organizationId } = await claimedOrganization(app);
      const person = await addMember(app, organizationId, 'viewer');
      await enrolTotp(app, person.client, PASSWORD);
      const half = await signIn('192.0.2.1', { email: person.email, password: PASSWORD });
      const guesser = await addMember(app, organizationId, 'viewer');
      const own = await signIn('192.0.2.1', { email: guesser.email, password: PASSWORD });
      await query('delete from attempt');
      const cookie = `${cookiesOf(own)}; ${cookiesOf(half)}`;
      await visitor(app, cookie).post(`/api/auth/two-factor/${name}`, { code: '000000' });
      const counted = await query<{ scope: string }>(
        `select split_part(key, ':', 1) as scope from attempt where key like 'second-factor%' order by 1`,
      );
      expect(counted.map(({ scope }) => scope)).toEqual([
        'second-factor/account',
        'second-factor/network',
        'second-factor/pair',
      ]);
    },
  );

  it.each([
    ['with a space after its name', (victim: string) => victim.replace('=', ' =')],
    ['in quotes', (victim: string) => victim.replace(/=(.*)$/, '="$1"')],
    ['with an escape', (victim: string) => victim.replace('=2fa', '=%32fa')],
  ])('counts against it also where a second cookie follows one %s', async (_how, respell) => {
    const { organizationId } = await claimedOrganization(app);
    const [person, guesser] = [
      await addMember(app, organizationId, 'viewer'),
      await addMember(app, organizationId, 'viewer'),
    ];
    await enrolTotp(app, person.client, PASSWORD);
    await enrolTotp(app, guesser.client, PASSWORD);
    const [half, own] = await Promise.all(
      [person, guesser].map((each) =>
        signIn('192.0.2.1', { email: each.email, password: PASSWORD }),
      ),
    );
    await query('delete from attempt');
    const cookie = `${respell(twoFactorCookie(half))}; ${twoFactorCookie(own)}`;
    const answer = await visitor(app, cookie).post('/api/auth/two-factor/verify-totp', {
      code: '000000',
    });
    expect(answer.status).toBe(401);
    expect(await failuresOf(person.userId)).toEqual([{ failures: 1 }]);
    expect(await failuresOf(guesser.userId)).toEqual([{ failures: 0 }]);
    expect(
      await query(`select 1 from attempt where key like 'second-factor/account:%'`),
    ).toHaveLength(1);
    // The account whose code was guessed at is the one that the budget belongs to.
    await query(`update attempt set count = 30 where key like 'second-factor/account:%'`);
    const alone = visitor(app, twoFactorCookie(half));
    const next = await alone.post('/api/auth/two-factor/verify-totp', { code: '000000' });
    expect(next.status).toBe(429);
  });

  const twoFactorCookie = (answer: Answer<unknown> | undefined) =>
    answer ? (/tollkeeper\.two_factor=[^;]+/.exec(cookiesOf(answer))?.[0] ?? '') : '';
  const failuresOf = (userId: string) =>
    query('select failed_verification_count as failures from two_factor where user_id = $1', [
      userId,
    ]);

  it('says at a locked account how long to wait, as the header does', async () => {
    const { organizationId } = await claimedOrganization(app);
    const person = await addMember(app, organizationId, 'viewer');
    await enrolTotp(app, person.client, PASSWORD);
    const half = await signIn('192.0.2.1', { email: person.email, password: PASSWORD });
    await query(
      `update two_factor set locked_until = now() + interval '14 minutes' where user_id = $1`,
      [person.userId],
    );
    const answer = await visitor(app, cookiesOf(half)).post('/api/auth/two-factor/verify-totp', {
      code: '000000',
    });
    const waitS = Number(answer.headers.get('retry-after'));
    expect(waitS).toBeGreaterThan(13 * 60);
    expect(answer.problem.detail).toBe(`Too many wrong codes. Try again in ${waitS} seconds.`);
  });
});

describe('forwarded headers from an address that no configuration names', () => {
  it('are warned of once', async () => {
    const bare = await startTestApp();
    for (let times = 0; times < 3; times += 1) {
      await visitor(bare).raw('GET', '/healthz', undefined, { 'x-forwarded-for': '203.0.113.9' });
    }
    const warnings = bare.logged.filter((line) => line.includes('TOLLKEEPER_TRUSTED_PROXIES'));
    expect(warnings).toHaveLength(1);
    expect(JSON.parse(warnings[0] ?? '')).toMatchObject({ level: 40, peer: '127.0.0.1' });

    await visitor(app).raw('GET', '/healthz', undefined, { 'x-forwarded-for': '203.0.113.9' });
    expect(app.logged.join()).not.toContain('TOLLKEEPER_TRUSTED_PROXIES');
  });
});
