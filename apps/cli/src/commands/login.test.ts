import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { credentialsPath, findCredentials } from '../session/credentials.ts';
import { createApi, IDENTITY, SECRET } from '../testing/fake-api.ts';
import { createHome, runCommand } from '../testing/run-command.ts';

const url = 'http://127.0.0.1:7420';
const asAda = ['login', '--email', 'ada@example.com', '--password-stdin'];

function signedIn() {
  const headers = new Headers();
  headers.append('set-cookie', 'better-auth.session_token=abc.def; Path=/; HttpOnly');
  return Response.json({ user: {} }, { headers });
}

test('keeps the session, and shows neither it nor the password', async () => {
  await using home = await createHome();
  const api = createApi({ 'POST /api/auth/sign-in/email': signedIn(), 'GET /v1/whoami': IDENTITY });
  const result = await runCommand(home.homeFolder, asAda, {
    fetch: api.fetch,
    stdin: 'pass word\n',
  });
  expect(result).toEqual({
    exitCode: 0,
    stdout: `Signed in to ${url} as ada@example.com, Owner of Acme.\n`,
    stderr: '',
  });
  expect(api.seen[0]?.body).toEqual({ email: 'ada@example.com', password: 'pass word' });
  expect(api.seen[0]?.headers.get('origin')).toBe(url);
  expect(await findCredentials({ env: {}, homeFolder: home.homeFolder })).toEqual({
    kind: 'session',
    url,
    cookie: 'better-auth.session_token=abc.def',
  });
});

test('asks on a terminal for both, and shows the email but never the password', async () => {
  await using home = await createHome();
  const api = createApi({ 'POST /api/auth/sign-in/email': signedIn(), 'GET /v1/whoami': IDENTITY });
  const { exitCode, stdout, stderr } = await runCommand(home.homeFolder, ['login', '--password'], {
    fetch: api.fetch,
    stdin: ['ada@example.com\r', 'pass word\r'],
    terminal: { columns: 80 },
  });
  expect(exitCode).toBe(0);
  expect(api.seen[0]?.body).toEqual({ email: 'ada@example.com', password: 'pass word' });
  expect(stderr).toContain(`Password for ada@example.com at ${url}:`);
  expect(stdout + stderr).not.toContain('pass word');
});

test.each([
  ['Ctrl-C', '\u0003', 'Interrupted.'],
  ['Ctrl-D', '\u0004', 'No answer given.'],
])('%s at a question ends the command with exit code 130', async (_key, typed, said) => {
  await using home = await createHome();
  for (const argv of [
    ['login', '--password'],
    ['login', '--email', 'ada@example.com'],
  ]) {
    const given = { stdin: typed, terminal: { columns: 80 } };
    const { exitCode, stderr } = await runCommand(home.homeFolder, argv, given);
    expect(exitCode).toBe(130);
    expect(stderr).toContain(said);
  }
});

test('no key shows a password that is being typed', async () => {
  await using home = await createHome();
  const api = createApi({ 'POST /api/auth/sign-in/email': signedIn(), 'GET /v1/whoami': IDENTITY });
  const { exitCode, stderr } = await runCommand(
    home.homeFolder,
    ['login', '--email', 'ada@example.com'],
    { fetch: api.fetch, stdin: 'pass\u0014word\r', terminal: { columns: 80 } },
  );
  expect(exitCode).toBe(0);
  expect(stderr).not.toContain('pass');
});

test('a refused password exits with 3 and stores nothing', async () => {
  await using home = await createHome();
  const refused = Response.json({ message: 'Invalid email or password' }, { status: 401 });
  const api = createApi({ 'POST /api/auth/sign-in/email': refused });
  const { exitCode } = await runCommand(home.homeFolder, asAda, { fetch: api.fetch, stdin: 'x' });
  expect(exitCode).toBe(3);
  expect(await findCredentials({ env: {}, homeFolder: home.homeFolder })).toBeUndefined();
});

test("after too many attempts it prints the server's own sentence, with the time to wait", async () => {
  await using home = await createHome();
  const detail = 'Too many wrong attempts. Try again in 41 seconds.';
  const refused = Response.json({ detail }, { status: 429, headers: { 'retry-after': '41' } });
  const api = createApi({ 'POST /api/auth/sign-in/email': refused });
  const { exitCode, stderr } = await runCommand(home.homeFolder, asAda, {
    fetch: api.fetch,
    stdin: 'x',
  });
  expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: `${detail}\n` });
});

test('an API key is tried before it is stored', async () => {
  await using home = await createHome();
  const api = createApi({ 'GET /v1/whoami': IDENTITY });
  const argv = ['login', '--url', `${url}/`, '--api-key-stdin'];
  const result = await runCommand(home.homeFolder, argv, {
    fetch: api.fetch,
    stdin: `${SECRET}\n`,
  });
  expect(result.exitCode).toBe(0);
  expect(result.stdout + result.stderr).not.toContain(SECRET);
  expect(api.seen[0]?.headers.get('authorization')).toBe(`Bearer ${SECRET}`);
  const file = await readFile(credentialsPath({ env: {}, homeFolder: home.homeFolder }), 'utf8');
  expect(JSON.parse(file)).toEqual({ url, kind: 'apiKey', apiKey: SECRET });
});

test('without a terminal and without options says what to give', async () => {
  await using home = await createHome();
  const { exitCode, stderr } = await runCommand(home.homeFolder, ['login']);
  expect(exitCode).toBe(2);
  expect(stderr).toContain('--password-stdin');
});

test('logout forgets the session even if the server is away', async () => {
  await using home = await createHome();
  const api = createApi({ 'POST /api/auth/sign-in/email': signedIn(), 'GET /v1/whoami': IDENTITY });
  await runCommand(home.homeFolder, asAda, { fetch: api.fetch, stdin: 'x' });
  const { exitCode, stdout, stderr } = await runCommand(home.homeFolder, ['logout']);
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: 'Signed out.\n' });
  expect(stderr).toContain('did not confirm');
  expect(await findCredentials({ env: {}, homeFolder: home.homeFolder })).toBeUndefined();
});
