import { expect, test } from 'vitest';
import { findCredentials, storeCredentials } from '../session/credentials.ts';
import { createApi, IDENTITY } from '../testing/fake-api.ts';
import { createHome, runCommand } from '../testing/run-command.ts';

const asAda = ['login', '--email', 'ada@example.com'];

function signedIn() {
  const headers = { 'set-cookie': 'tollkeeper.session_token=abc.def; Path=/; HttpOnly' };
  return Response.json({}, { headers });
}

function halfSignedIn() {
  const headers = { 'set-cookie': 'tollkeeper.two_factor=half; Path=/' };
  return Response.json({ twoFactorRedirect: true }, { headers });
}

test.each([
  ['123456', 'verify-totp'],
  ['abcde-fghij', 'verify-backup-code'],
])('asks for the second factor, and sends %s to %s', async (code, endpoint) => {
  await using home = await createHome();
  const api = createApi({
    'POST /api/auth/sign-in/email': halfSignedIn(),
    [`POST /api/auth/two-factor/${endpoint}`]: signedIn(),
    'GET /v1/whoami': IDENTITY,
  });
  const { exitCode } = await runCommand(home.homeFolder, asAda, {
    fetch: api.fetch,
    stdin: ['pass word\r', `${code}\r`],
    terminal: { columns: 80 },
  });
  expect(exitCode).toBe(0);
  expect(api.seen[1]?.body).toEqual({ code });
  expect(api.seen[1]?.headers.get('cookie')).toBe('tollkeeper.two_factor=half');
});

test('a second factor that nobody can be asked for stores nothing and exits with 3', async () => {
  await using home = await createHome();
  const api = createApi({ 'POST /api/auth/sign-in/email': halfSignedIn() });
  const { exitCode } = await runCommand(home.homeFolder, [...asAda, '--password-stdin'], {
    fetch: api.fetch,
    stdin: 'x',
  });
  expect(exitCode).toBe(3);
  expect(await findCredentials({ env: {}, homeFolder: home.homeFolder })).toBeUndefined();
});

test.each([
  ['that server', 'http://127.0.0.1:7420', 'tollkeeper.device=known'],
  ['another server', 'http://127.0.0.1:7421', null],
])('shows the device that signed in before to %s', async (_which, url, cookie) => {
  await using home = await createHome();
  const place = { env: {}, homeFolder: home.homeFolder };
  const stored = 'tollkeeper.session_token=abc.def; tollkeeper.device=known';
  await storeCredentials(place, { kind: 'session', url: 'http://127.0.0.1:7420', cookie: stored });
  const api = createApi({
    'POST /api/auth/sign-in/email': halfSignedIn(),
    'POST /api/auth/two-factor/verify-totp': signedIn(),
    'GET /v1/whoami': IDENTITY,
  });
  await runCommand(home.homeFolder, [...asAda, '--url', url], {
    fetch: api.fetch,
    stdin: ['pass word\r', '123456\r'],
    terminal: { columns: 80 },
  });
  const [first, second] = api.seen.map(({ headers }) => headers.get('cookie'));
  expect(first).toBe(cookie);
  expect(second).toBe(['tollkeeper.two_factor=half', cookie ?? []].flat().join('; '));
});
