import { expect, test } from 'vitest';
import { findCredentials } from '../session/credentials.ts';
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
