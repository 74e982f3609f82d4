import { NOTHING_CREATED } from '@tollkeeper/contract/testing';
import { expect, test } from 'vitest';
import { storeCredentials } from './session/credentials.ts';
import { createApi, createKey, IDENTITY, SECRET } from './testing/fake-api.ts';
import { createHome, type Given, runCommand } from './testing/run-command.ts';

const env = { TOLLKEEPER_API_KEY: SECRET };
const list = (...data: object[]) => ({ data, nextCursor: null });
const keyList = (...data: object[]) => ({ ...list(...data), totalCount: data.length });

async function tollkeeper(argv: readonly string[], given: Given = {}) {
  await using home = await createHome();
  return runCommand(home.homeFolder, argv, { env, ...given });
}

test('help prints the help of the whole command that follows it', async () => {
  for (const argv of [
    ['help', 'keys', 'create'],
    ['keys', 'create', '--help'],
  ]) {
    const { exitCode, stdout } = await tollkeeper(argv);
    expect({ exitCode, usage: stdout.split('\n')[0] }).toEqual({
      exitCode: 0,
      usage: 'Usage: tollkeeper keys create [options] [name]',
    });
  }
});

test('help on a command that does not exist says so', async () => {
  for (const argv of [
    ['keyz', '--help'],
    ['keys', 'creat', '-h'],
    ['help', 'keyz'],
  ]) {
    const { exitCode, stderr } = await tollkeeper(argv);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(
      /^error: unknown command '(keyz|creat)'\n\(Did you mean (keys|create)\?\)/,
    );
  }
});

test('help goes to standard output, exits with 0 and explains every exit code', async () => {
  const { exitCode, stdout } = await tollkeeper(['--help']);
  expect(exitCode).toBe(0);
  for (const code of [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]) {
    expect(stdout).toMatch(new RegExp(`^ {2}${code} +\\S`, 'm'));
  }
});

test.each([[['keys']], [['nonsense']], [['keys', 'list', '--limit', '0']], [['keys', 'show']]])(
  'a command that makes no sense exits with 2: %j',
  async (argv) => {
    const { exitCode, stdout, stderr } = await tollkeeper(argv);
    expect(exitCode).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).not.toBe('');
  },
);

test.each([
  ['TOLLKEEPER_ULR', 'TOLLKEEPER_URL'],
  ['TOLLKEEPER_ORGANISATION', 'TOLLKEEPER_ORGANIZATION'],
  ['TOLKEEPER_API_KEY', 'TOLLKEEPER_API_KEY'],
])('the variable %s is refused in one line, and nothing is sent', async (name, nearest) => {
  const api = createApi({ 'GET /v1/whoami': IDENTITY });
  const given = { env: { ...env, [name]: 'x' }, fetch: api.fetch };
  expect(await tollkeeper(['whoami'], given)).toEqual({
    exitCode: 2,
    stdout: '',
    stderr: `${name} is not a variable that Tollkeeper reads; the nearest is ${nearest}.\n`,
  });
  expect(api.seen).toEqual([]);
});

test('without a credential says how to sign in and exits with 3', async () => {
  const { exitCode, stderr } = await tollkeeper(['whoami'], { env: {} });
  expect(exitCode).toBe(3);
  expect(stderr).toContain('Run "tollkeeper login"');
});

test.each([
  [env, 'Set TOLLKEEPER_API_KEY to another key'],
  [{ ...env, TOLLKEEPER_API_KEY: '' }, 'Run "tollkeeper login --url http://h"'],
])('a refused credential says what to do about the one that was sent', async (given, advice) => {
  await using home = await createHome();
  const place = { env: {}, homeFolder: home.homeFolder };
  await storeCredentials(place, { kind: 'apiKey', url: 'http://h', apiKey: SECRET });
  const problem = {
    type: 'about:blank',
    title: 'The API key is disabled',
    status: 401,
    code: 'disabled',
    detail: 'The API key is disabled.',
    requestId: 'req_1',
  };
  const api = createApi({ 'GET /v1/whoami': Response.json(problem, { status: 401 }) });
  const result = await runCommand(home.homeFolder, ['whoami'], { env: given, fetch: api.fetch });
  expect(result.exitCode).toBe(3);
  expect(result.stderr).toContain(advice);
});

test('whoami shows what opened the session, when, and when it expires', async () => {
  await using home = await createHome();
  const place = { env: {}, homeFolder: home.homeFolder };
  await storeCredentials(place, { kind: 'session', url: 'http://h', cookie: 'session=1' });
  const api = createApi({ 'GET /v1/whoami': IDENTITY });
  const { stdout } = await runCommand(home.homeFolder, ['whoami'], { fetch: api.fetch });
  expect(stdout).toMatch(/^Signed in with +password$/m);
  expect(stdout).toMatch(/^Signed in +3 minutes ago \(2026-11-23 07:57:00 UTC\)$/m);
  expect(stdout).toMatch(/^Expires +in 7 days \(2026-11-30 07:57:00 UTC\)$/m);
});

test('an unreachable server exits with 8', async () => {
  expect((await tollkeeper(['whoami'])).exitCode).toBe(8);
});

test('a created key leaves its secret alone on standard output', async () => {
  const api = createApi({ 'POST /v1/api-keys': { ...createKey(1), secret: SECRET } });
  const { exitCode, stdout, stderr } = await tollkeeper(
    [
      'keys',
      'create',
      'ci-1',
      '--expires',
      '30d',
      '--scopes',
      'a,b',
      '--allow-ip',
      '::1',
      '10.0.0.0/8',
    ],
    { fetch: api.fetch },
  );
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: `${SECRET}\n` });
  expect(stderr).not.toContain(SECRET);
  expect(api.seen[0]?.body).toEqual({
    name: 'ci-1',
    profile: 'custom',
    scopes: ['a', 'b'],
    expiresAt: '2026-12-23T08:00:00.000Z',
    allowedIps: ['::1', '10.0.0.0/8'],
  });
});

test('a creation repeated after a network failure says that its secret is lost', async () => {
  const broken = new TypeError('fetch failed');
  const api = createApi({ 'POST /v1/api-keys': [broken, createKey(1)] });
  const { exitCode, stdout, stderr } = await tollkeeper(
    ['keys', 'create', 'ci-1', '--expires', 'never', '--json'],
    {
      fetch: api.fetch,
    },
  );
  expect(exitCode).toBe(1);
  expect(JSON.parse(stdout)).toEqual(createKey(1));
  expect(stderr).toContain(`tollkeeper keys rotate ${createKey(1).id}`);
  expect(new Set(api.seen.map(({ headers }) => headers.get('idempotency-key'))).size).toBe(1);
});

test('--json prints what the API answered, and nothing else', async () => {
  const api = createApi({ 'GET /v1/api-keys': keyList(createKey(1), createKey(2)) });
  const { stdout, stderr } = await tollkeeper(['keys', 'list', '--json'], { fetch: api.fetch });
  expect(JSON.parse(stdout)).toEqual(keyList(createKey(1), createKey(2)));
  expect(stderr).toBe('');
});

test('--all follows the pages to the end', async () => {
  const pages = [
    { ...keyList(createKey(1)), nextCursor: 'next', totalCount: 2 },
    { ...keyList(createKey(2)), totalCount: 2 },
  ];
  const api = createApi({ 'GET /v1/api-keys': pages });
  const { stdout } = await tollkeeper(['keys', 'list', '--all', '--json'], { fetch: api.fetch });
  expect(JSON.parse(stdout)).toEqual(keyList(createKey(1), createKey(2)));
});

test('an answer that leaves the contract is named by its place and exits with 1', async () => {
  const { id: _, ...without } = createKey(1);
  const api = createApi({ 'GET /v1/api-keys': keyList(without) });
  const { exitCode, stderr } = await tollkeeper(['keys', 'list'], { fetch: api.fetch });
  expect(exitCode).toBe(1);
  expect(stderr).toContain('(at "data.0.id")');
});

test('a hostile name is shown, not obeyed', async () => {
  const api = createApi({ 'GET /v1/api-keys': keyList(createKey(1, { name: '\u001b[2Jci' })) });
  const { stdout } = await tollkeeper(['keys', 'list'], { fetch: api.fetch });
  expect(stdout).toContain('\\x1b[2Jci');
  expect(stdout).not.toContain('\u001b');
});

test.each([
  [{ ...env }, true],
  [{ ...env, NO_COLOR: '1' }, false],
  [{ ...env, TERM: 'dumb' }, false],
])('colours a terminal unless the environment says not to: %j', async (environment, coloured) => {
  const api = createApi({ 'GET /v1/api-keys': keyList(createKey(1)) });
  const { stdout } = await tollkeeper(['keys', 'list'], {
    env: environment,
    fetch: api.fetch,
    terminal: { columns: 120 },
  });
  expect(stdout.includes('\u001b[32m● active')).toBe(coloured);
});

test('deleting without a terminal needs --yes, and changes nothing before', async () => {
  const api = createApi({ 'GET /v1/api-keys': keyList(createKey(1)) });
  const { exitCode, stderr } = await tollkeeper(['keys', 'delete', 'ci-1'], { fetch: api.fetch });
  expect(exitCode).toBe(2);
  expect(stderr).toContain('--yes');
  expect(api.seen.map(({ method }) => method)).toEqual(['GET']);
});

test.each([
  ['ci-1\n', 0, 1],
  ['ci-2\n', 2, 0],
])('deleting on a terminal wants the name: %j', async (stdin, expected, deletions) => {
  const id = createKey(1).id;
  const api = createApi({
    'GET /v1/api-keys': keyList(createKey(1)),
    [`GET /v1/api-keys/${id}/created`]: NOTHING_CREATED,
    [`DELETE /v1/api-keys/${id}`]: new Response(null, { status: 204 }),
  });
  const { exitCode } = await tollkeeper(['keys', 'delete', 'ci-1'], {
    fetch: api.fetch,
    stdin,
    terminal: { columns: 80 },
  });
  expect(exitCode).toBe(expected);
  expect(api.seen.filter(({ method }) => method === 'DELETE')).toHaveLength(deletions);
});

test('verify exits with 10 for a key that is not valid', async () => {
  const refused = {
    valid: false,
    code: 'disabled',
    keyId: createKey(1).id,
    name: 'ci-1',
    scopes: [],
    workspaceId: null,
    memberId: null,
    expiresAt: null,
  };
  const api = createApi({ 'POST /v1/api-keys/verify': refused });
  const { exitCode, stdout } = await tollkeeper(
    ['verify', '--key-stdin', '--scope', 'audit.read'],
    {
      fetch: api.fetch,
      stdin: `${SECRET}\n`,
    },
  );
  expect(exitCode).toBe(10);
  expect(stdout).toContain('not valid: disabled');
  expect(api.seen[0]?.body).toEqual({ key: SECRET, scopes: ['audit.read'] });
});

test("admin set-plan runs the control plane's own program and passes its exit code on", async () => {
  const runs: (readonly string[])[] = [];
  const runProgram = async (program: string, args: readonly string[]) => {
    runs.push([program, ...args]);
    return 5;
  };
  const argv = ['admin', 'set-plan', 'pro', '--organization', 'acme', '--data-dir', '/d', '--json'];
  expect((await tollkeeper(argv, { runProgram })).exitCode).toBe(5);
  expect(runs).toEqual([
    ['admin', 'set-plan', '--organization', 'acme', '--data-dir', '/d', '--json', 'pro'],
  ]);
});
