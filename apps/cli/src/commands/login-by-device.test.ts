import { expect, test } from 'vitest';
import { findCredentials } from '../session/credentials.ts';
import { createApi, IDENTITY } from '../testing/fake-api.ts';
import { createHome, runCommand } from '../testing/run-command.ts';

const url = 'http://127.0.0.1:7420';

function signedIn() {
  const headers = { 'set-cookie': 'tollkeeper.session_token=abc.def; Path=/; HttpOnly' };
  return Response.json({}, { headers });
}

const DEVICE = {
  device_code: 'device',
  user_code: 'ABCD1234',
  verification_uri_complete: `${url}/device?user_code=ABCD1234`,
  interval: 2,
  expires_in: 60,
};
const DEVICE_API = {
  'POST /api/auth/device/code': DEVICE,
  'POST /api/auth/device/token': signedIn(),
  'GET /v1/whoami': IDENTITY,
};

test('shows code and link, opens the browser and keeps the approved session', async () => {
  await using home = await createHome();
  const opened: string[] = [];
  const result = await runCommand(home.homeFolder, ['login'], {
    env: { DISPLAY: ':0' },
    fetch: createApi(DEVICE_API).fetch,
    terminal: { columns: 80 },
    openLink: async (link) => void opened.push(link),
  });
  const signedInLine = `Signed in to ${url} as ada@example.com, Owner of Acme.\n`;
  expect(result).toMatchObject({ exitCode: 0, stdout: signedInLine });
  expect(result.stderr).toContain('Your code is ABCD-1234.');
  expect(result.stderr).toContain(DEVICE.verification_uri_complete);
  expect(opened).toEqual([DEVICE.verification_uri_complete]);
  expect(await findCredentials({ env: {}, homeFolder: home.homeFolder })).toEqual({
    kind: 'session',
    url,
    cookie: 'tollkeeper.session_token=abc.def',
  });
});

test('--no-browser opens nothing and needs no terminal', async () => {
  await using home = await createHome();
  const opened: string[] = [];
  const { exitCode } = await runCommand(home.homeFolder, ['login', '--no-browser'], {
    env: { DISPLAY: ':0' },
    fetch: createApi(DEVICE_API).fetch,
    openLink: async (link) => void opened.push(link),
  });
  expect({ exitCode, opened }).toEqual({ exitCode: 0, opened: [] });
});

test('a user of several organizations is signed in, and asked to name one', async () => {
  await using home = await createHome();
  const several = {
    type: 'about:blank',
    title: 'The request cannot be read',
    status: 400,
    code: 'malformed_request',
    detail: 'You belong to several organizations. Name one in the header X-Organization-Id.',
    requestId: 'req_1',
  };
  const api = createApi({ ...DEVICE_API, 'GET /v1/whoami': Response.json(several, several) });
  const given = { fetch: api.fetch };
  const login = await runCommand(home.homeFolder, ['login', '--no-browser'], given);
  expect(login.exitCode).toBe(0);
  expect(login.stderr).toContain('--organization <id>');
  const { exitCode, stderr } = await runCommand(home.homeFolder, ['whoami'], given);
  expect(exitCode).toBe(9);
  expect(stderr).toContain('--organization <id>');
});

test.each([
  ['linux', { WAYLAND_DISPLAY: 'wayland-0' }, true],
  ['linux', {}, false],
  ['darwin', {}, true],
  ['darwin', { SSH_CONNECTION: '10.0.0.1 1 10.0.0.2 22' }, false],
  ['win32', {}, true],
] as const)('on %s with %j opens a browser: %j', async (platform, env, expected) => {
  await using home = await createHome();
  const opened: string[] = [];
  await runCommand(home.homeFolder, ['login'], {
    platform,
    env,
    fetch: createApi(DEVICE_API).fetch,
    terminal: { columns: 80 },
    openLink: async (link) => void opened.push(link),
  });
  expect(opened).toEqual(expected ? [DEVICE.verification_uri_complete] : []);
});

test("a link reaches the browser without the server's quotes and spaces", async () => {
  await using home = await createHome();
  const opened: string[] = [];
  const begun = { ...DEVICE, verification_uri_complete: `${url}/device?x="a b` };
  await runCommand(home.homeFolder, ['login'], {
    env: { DISPLAY: ':0' },
    fetch: createApi({ ...DEVICE_API, 'POST /api/auth/device/code': begun }).fetch,
    terminal: { columns: 80 },
    openLink: async (link) => void opened.push(link),
  });
  expect(opened).toEqual([`${url}/device?x=%22a%20b`]);
});
