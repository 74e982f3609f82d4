/** What a command writes when it fails: sentences for people, JSON for scripts. */
import { expect, test } from 'vitest';
import { createApi, createKey, SECRET } from './testing/fake-api.ts';
import { createHome, type Given, runCommand } from './testing/run-command.ts';

const env = { TOLLKEEPER_API_KEY: SECRET };

async function tollkeeper(argv: readonly string[], given: Given = {}) {
  await using home = await createHome();
  return runCommand(home.homeFolder, argv, { env, ...given });
}

const REFUSED = {
  type: 'about:blank',
  title: 'The request is not valid',
  status: 422,
  code: 'validation_failed',
  detail: 'The field "workspaceId" is needed by this profile.',
  requestId: 'req_1',
  errors: [
    { path: 'workspaceId', message: 'is needed by this profile' },
    { path: 'allowedIps.0', message: 'is no address' },
    { path: 'name', message: 'is too long' },
  ],
};
const refuses = () => createApi({ 'POST /v1/api-keys': Response.json(REFUSED, { status: 422 }) });
const CREATE = ['keys', 'create', 'ci', '--expires', 'never'];

test('an error names the options and arguments of the command, not the fields of the API', async () => {
  const { exitCode, stderr } = await tollkeeper(CREATE, { fetch: refuses().fetch });
  expect(exitCode).toBe(9);
  expect(stderr.split('\n')).toEqual([
    '--workspace is needed by this profile.',
    '  --allow-ip: is no address',
    '  <name>: is too long',
    'Request req_1',
    '',
  ]);
});

test('a field that the sentence quotes is named as the option', async () => {
  const detail = '"reason" must have at most 200 characters.';
  const errors = [{ path: 'reason', message: 'must have at most 200 characters' }];
  const api = createApi({
    'GET /v1/api-keys': { data: [createKey(1)], nextCursor: null, totalCount: 1 },
    [`POST /v1/api-keys/${createKey(1).id}/revoke`]: Response.json(
      { ...REFUSED, detail, errors },
      { status: 422 },
    ),
  });
  const argv = ['keys', 'revoke', 'ci-1', '--yes', '--reason', 'x'];
  const { stderr } = await tollkeeper(argv, { fetch: api.fetch });
  expect(stderr.split('\n')[0]).toBe('--reason must have at most 200 characters.');
});

test.each([
  [
    'allowedIps/0',
    '"allowedIps/0" must be an IP address; "scopes/1" must be text.',
    '--allow-ip must be an IP address; "scopes/1" must be text.',
  ],
  ['scopes/0', '"scopes/0" must be text.', '--scopes must be text.'],
  [
    'scopes',
    '"x.y" is not a scope. GET /v1/scopes lists the scopes.',
    '"x.y" is not a scope. "tollkeeper scopes" lists the scopes.',
  ],
])('an item of the list %s is named as its option', async (path, detail, expected) => {
  const errors = [{ path, message: 'is wrong' }];
  const answer = Response.json({ ...REFUSED, detail, errors }, { status: 422 });
  const { fetch } = createApi({ 'POST /v1/api-keys': answer });
  const { stderr } = await tollkeeper(CREATE, { fetch });
  expect(stderr.split('\n')[0]).toBe(expected);
});

test.each([
  ['request/path', '--path must begin with "/".'],
  ['request/mcp/tool', '--mcp-tool must begin with "/".'],
  ['request/headers/x-a', '--header must begin with "/".'],
])('the part %s of a request is named as its option', async (path, expected) => {
  const detail = `"${path}" must begin with "/".`;
  const errors = [{ path, message: 'is wrong' }];
  const { fetch } = createApi({
    'GET /v1/workspaces': { data: [], nextCursor: null },
    'GET /v1/api-keys': { data: [createKey(1)], nextCursor: null, totalCount: 1 },
    'POST /v1/policies/simulate': Response.json({ ...REFUSED, detail, errors }, { status: 422 }),
  });
  const argv = ['policies', 'simulate', '--key', 'ci-1', '--method', 'GET', '--path', 'v1'];
  const { stderr } = await tollkeeper(argv, { fetch });
  expect(stderr.split('\n')[0]).toBe(expected);
});

test('under --json a refusal is one line of JSON with its code, and nothing else', async () => {
  const { exitCode, stdout, stderr } = await tollkeeper([...CREATE, '--json'], {
    fetch: refuses().fetch,
  });
  expect({ exitCode, stdout }).toEqual({ exitCode: 9, stdout: '' });
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  expect(JSON.parse(stderr)).toEqual({
    code: 'validation_failed',
    message: '--workspace is needed by this profile.',
    exitCode: 9,
    status: 422,
    requestId: 'req_1',
    errors: REFUSED.errors,
  });
});

test.each([
  ['an unknown option', ['keys', 'list', '--stat', 'x'], 'usage', 2],
  ['an unknown command', ['kesy'], 'usage', 2],
  ['no command', ['keys'], 'usage', 2],
  ['a value of the wrong kind', ['keys', 'list', '--limit', '0'], 'usage', 2],
  ['nobody to confirm', ['organization', 'delete'], 'usage', 2],
  ['no server', ['whoami'], 'unavailable', 8],
])('under --json %s is JSON too', async (_what, argv, code, expected) => {
  const { exitCode, stdout, stderr } = await tollkeeper([...argv, '--json']);
  expect({ exitCode, stdout }).toEqual({ exitCode: expected, stdout: '' });
  expect(JSON.parse(stderr)).toMatchObject({ code, exitCode: expected });
});

test.each([
  [['admin', 'set-plan', 'platinum'], "value 'platinum' is invalid for argument 'plan'."],
  [['keys', 'create', 'ci', '--expires', '0d'], 'It must be in the future.'],
])('%j is refused in the words of the command line', async (argv, expected) => {
  const { exitCode, stderr } = await tollkeeper(argv);
  expect(exitCode).toBe(2);
  expect(stderr).toContain(expected);
  expect(stderr).not.toMatch(/command-argument|T\d\d:\d\d/);
});

test.each([
  [['verify', SECRET]],
  [['verify', '--json', SECRET]],
  [['keys', 'list', '--limit', SECRET]],
  [[SECRET]],
])('no error of the grammar repeats a key: %j', async (argv) => {
  const { exitCode, stdout, stderr } = await tollkeeper(argv);
  expect(exitCode).toBe(2);
  expect(`${stdout}${stderr}`).toContain(`${SECRET.slice(0, 12)}…`);
  expect(`${stdout}${stderr}`).not.toContain(SECRET.slice(0, 20));
});

test('a suggestion stands on a line of its own', async () => {
  const { stderr } = await tollkeeper(['kesy']);
  expect(stderr).toContain('\n(Did you mean keys?)\n');
  expect(stderr).not.toContain('\\x0a');
});

test('what a person typed reaches the terminal without its control characters', async () => {
  const { stderr } = await tollkeeper(['ke\u001b[2Js']);
  expect(stderr).toContain('ke\\x1b[2Js');
  expect(stderr).not.toContain('\u001b');
});

test.each([
  ['POST /v1/api-keys', CREATE],
  ['POST /v1/roles', ['roles', 'create', 'Heirs', '--scopes', 'organization.delete']],
])('what needs a recent sign-in says how to sign in again: %s', async (route, argv) => {
  const problem = { ...REFUSED, status: 403, code: 'recent_sign_in_required', detail: 'Sign in.' };
  const api = createApi({ [route]: Response.json(problem, { status: 403 }) });
  const { exitCode, stderr } = await tollkeeper(argv, { fetch: api.fetch });
  expect(exitCode).toBe(4);
  expect(stderr).toContain('Run "tollkeeper login" again');
});

test('--version prints the version', async () => {
  expect(await tollkeeper(['--version'])).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
  });
});
