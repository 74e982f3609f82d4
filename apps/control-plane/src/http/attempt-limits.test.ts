import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { cookiesOf, visitor } from '../testing/sign-in.ts';
import { type SmtpServer, startSmtpServer } from '../testing/smtp-server.ts';
import { startOrganization, type TestOrganization } from '../testing/start-organization.ts';
import { OWNER, type TestApp } from '../testing/test-app.ts';

const ADDRESS = '192.0.2.1';
const { email, password } = OWNER;

let app: TestApp;
let query: TestOrganization['query'];
let smtp: SmtpServer;
let device: string;

beforeAll(async () => {
  smtp = await startSmtpServer();
  const mail = { url: smtp.url, from: 'keys@example.com' };
  ({ app, query } = await startOrganization({ mail, trustedProxies: ['127.0.0.1'] }));
  const signIn = await visitor(app).post('/api/auth/sign-in/email', { email, password });
  device = cookiesOf(signIn)
    .split('; ')
    .filter((each) => each.startsWith('tollkeeper.device='))
    .join();
});

beforeEach(async () => {
  await query('delete from attempt');
});

function send(method: string, path: string, body?: object, cookie = '') {
  const text = body && JSON.stringify(body);
  const headers = { 'x-forwarded-for': ADDRESS };
  const type = { 'content-type': 'application/json' };
  return visitor(app, cookie).raw(method, path, text, body ? { ...headers, ...type } : headers);
}

/** As if the scope's attempts had been taken so often. */
async function setCount(scope: string, count: number): Promise<void> {
  const rows = await query(`update attempt set count = $2 where key like $1 || ':%' returning 1`, [
    scope,
    count,
  ]);
  expect([scope, rows.length]).toEqual([scope, 1]);
}

async function isRefused(request: () => ReturnType<typeof send>): Promise<boolean> {
  return (await request()).status === 429;
}

/** The numbers stand here once more on purpose: no other test would notice one that grew. */
describe('guesses', () => {
  const wrong = { email, password: 'a wrong guess' };
  const guess = () => send('POST', '/api/auth/sign-in/email', wrong);
  const guessOnDevice = () => send('POST', '/api/auth/sign-in/email', wrong, device);
  const setUp = () =>
    send('POST', '/v1/setup', { ...OWNER, token: 'a wrong guess', organizationName: 'Acme' });

  it.each([
    ['sign-in/pair', 10, guess],
    ['sign-in/network', 100, guess],
    ['sign-in/account', 30, guess],
    ['sign-in/device', 20, guessOnDevice],
    ['setup/network', 30, setUp],
    ['setup/all', 1000, setUp],
  ])('counted as %s are taken %i times', async (scope, max, request) => {
    expect(await isRefused(request)).toBe(false);
    await setCount(scope, max - 1);
    expect(await isRefused(request)).toBe(false);
    await setCount(scope, max);
    expect(await isRefused(request)).toBe(true);
  });

  it('count for an account in whatever letters it is named', async () => {
    expect(await isRefused(guess)).toBe(false);
    await setCount('sign-in/account', 30);
    const shouted = { ...wrong, email: email.toUpperCase() };
    expect(await isRefused(() => send('POST', '/api/auth/sign-in/email', shouted))).toBe(true);
  });
});

describe.each([
  {
    endpoint: 'device/code',
    request: () => send('POST', '/api/auth/device/code', { client_id: 'tollkeeper-cli' }),
    limits: { network: 20, all: 2000, share: 5, reserve: 20_000 },
  },
  {
    endpoint: 'passkey/generate-authenticate-options',
    request: () => send('GET', '/api/auth/passkey/generate-authenticate-options'),
    limits: { network: 300, all: 10_000, share: 20, reserve: 100_000 },
  },
  {
    endpoint: 'POST /v1/password-resets',
    request: () => send('POST', '/v1/password-resets', { email: 'Nobody@example.com' }),
    limits: { network: 20, all: 1000, share: 3, reserve: 10_000 },
  },
])('what strangers store at $endpoint', ({ endpoint, request, limits }) => {
  const set = (scope: string, count: number) => setCount(`${endpoint}/${scope}`, count);

  beforeEach(async () => {
    expect(await isRefused(request)).toBe(false);
  });

  it('is bounded for a network', async () => {
    await set('network', limits.network - 1);
    expect(await isRefused(request)).toBe(false);
    await set('network', limits.network);
    expect(await isRefused(request)).toBe(true);
  });

  it('is bounded in all, for who has stored a share', async () => {
    await set('network', limits.share);
    await set('all', limits.all - 1);
    expect(await isRefused(request)).toBe(false);
    await set('network', limits.share);
    await set('all', limits.all);
    expect(await isRefused(request)).toBe(true);
    await set('network', limits.share - 1);
    expect(await isRefused(request)).toBe(false);
  });

  it('is bounded for a site and in all, for who has not', async () => {
    await set('network', 0);
    await set('all', limits.all);
    expect(await isRefused(request)).toBe(false);
    for (const [scope, max] of [
      ['site', 10 * limits.share],
      ['reserve', limits.reserve],
    ] as const) {
      await set('network', 0);
      await set(scope, max - 1);
      expect([scope, await isRefused(request)]).toEqual([scope, false]);
      await set('network', 0);
      await set(scope, max);
      expect([scope, await isRefused(request)]).toEqual([scope, true]);
      await set(scope, 0);
    }
  });
});

it('requests five links for an account, in whatever letters it is named', async () => {
  const [, domain] = email.split('@');
  for (const [at, name] of ['ada', 'Ada', 'ADA', 'aDa', 'adA', 'AdA'].entries()) {
    const request = () => send('POST', '/v1/password-resets', { email: `${name}@${domain}` });
    expect([name, await isRefused(request)]).toEqual([name, at === 5]);
  }
});
