import { expect, test } from 'vitest';
import { createApi, createKey, SECRET } from '../../testing/fake-api.ts';
import { createHome, type Given, runCommand } from '../../testing/run-command.ts';

const env = { TOLLKEEPER_API_KEY: SECRET };
const terminal = { columns: 120 };
const key = createKey(1, { tags: ['ci', 'staging'] });
const path = `/v1/api-keys/${key.id}`;
const keys = { data: [key], nextCursor: null, totalCount: 1 };

async function tollkeeper(argv: readonly string[], given: Given = {}) {
  await using home = await createHome();
  return runCommand(home.homeFolder, argv, { env, ...given });
}

test.each([
  [['--tag', 'prod', '--tag', 'team a']],
  [['--tag', 'prod', 'team a']],
  [['--tag', 'prod,team a']],
])('creating takes tags one by one or with commas: %j', async (options) => {
  const api = createApi({ 'POST /v1/api-keys': { ...key, secret: SECRET } });
  const argv = ['keys', 'create', 'ci-1', '--expires', '30d', ...options];
  expect((await tollkeeper(argv, { fetch: api.fetch })).exitCode).toBe(0);
  expect(api.seen.at(-1)?.body).toMatchObject({ tags: ['prod', 'team a'] });
});

test('the list asks for keys with all of the tags, and shows the tags where keys have some', async () => {
  const api = createApi({ 'GET /v1/api-keys': keys });
  const argv = ['keys', 'list', '--tag', 'ci', '--tag', 'staging'];
  const { stdout } = await tollkeeper(argv, { fetch: api.fetch, terminal });
  expect(api.seen[0]?.query.get('tags')).toBe('ci,staging');
  expect(stdout).toMatch(/ TAGS /);
  expect(stdout).toMatch(/ ci, staging /);
  const json = await tollkeeper([...argv, '--json'], { fetch: api.fetch });
  expect(JSON.parse(json.stdout).data[0].tags).toEqual(['ci', 'staging']);

  const plain = createApi({ 'GET /v1/api-keys': { ...keys, data: [createKey(1)] } });
  const bare = await tollkeeper(['keys', 'list'], { fetch: plain.fetch, terminal });
  expect(bare.stdout).not.toContain('TAGS');
  expect(plain.seen[0]?.query.has('tags')).toBe(false);
});

test('the list says so where no key has the tags, and sends no key as a tag', async () => {
  const api = createApi({ 'GET /v1/api-keys': { data: [], nextCursor: null, totalCount: 0 } });
  const none = await tollkeeper(['keys', 'list', '--tag', 'ci'], { fetch: api.fetch });
  expect(none.stderr).toBe('No keys match these filters.\n');
  const secret = await tollkeeper(['keys', 'list', '--tag', SECRET], { fetch: api.fetch });
  expect(secret.exitCode).toBe(2);
  expect(api.seen).toHaveLength(1);
});

test.each([
  [
    ['--tag', 'prod', ' ci'],
    ['ci', 'prod'],
  ],
  [
    ['--add-tag', 'prod', '--remove-tag', 'staging'],
    ['ci', 'prod'],
  ],
  [['--remove-tag', 'staging'], ['ci']],
  [['--without-tags'], []],
])('an update by %j shows what changes, and sends all tags', async (options, tags) => {
  const api = createApi({ 'GET /v1/api-keys': keys, [`PATCH ${path}`]: { ...key, tags } });
  const argv = ['keys', 'update', 'ci-1', ...options];
  const { stdout } = await tollkeeper(argv, { fetch: api.fetch, stdin: 'y\n', terminal });
  expect(stdout).toMatch(/Removes tags +.*staging/);
  if (tags.includes('prod')) expect(stdout).toMatch(/Adds tags +.*prod/);
  expect(api.seen.at(-1)?.body).toEqual({ tags, etag: key.etag });
});

test.each([[['--tag', 'staging', 'ci']], [['--add-tag', 'ci']], [['--remove-tag', 'none']]])(
  'an update by %j that changes nothing sends nothing',
  async (options) => {
    const api = createApi({ 'GET /v1/api-keys': keys });
    const argv = ['keys', 'update', 'ci-1', ...options];
    const { exitCode } = await tollkeeper([...argv, '--yes'], { fetch: api.fetch });
    expect([exitCode, api.seen.map(({ method }) => method)]).toEqual([0, ['GET']]);
  },
);

test.each([
  [['--tag', 'a', '--add-tag', 'b']],
  [['--tag', 'a', '--without-tags']],
  [['--without-tags', '--remove-tag', 'a']],
])('an update refuses %j, which contradict each other', async (options) => {
  const api = createApi({});
  const { exitCode } = await tollkeeper(['keys', 'update', 'ci-1', ...options], {
    fetch: api.fetch,
  });
  expect([exitCode, api.seen]).toEqual([2, []]);
});

test('a refusal names the option in place of the field', async () => {
  const problem = {
    ...{ type: 'about:blank', title: 'No', status: 422, code: 'validation_failed' },
    ...{ detail: '"tags/0" must be visible text.', requestId: 'r' },
    errors: [{ path: 'tags/0', message: 'must be visible text' }],
  };
  const api = createApi({ 'POST /v1/api-keys': Response.json(problem, { status: 422 }) });
  const argv = ['keys', 'create', 'ci-1', '--expires', '30d', '--tag', '\u202e'];
  const { stderr } = await tollkeeper(argv, { fetch: api.fetch });
  expect(stderr).toContain('--tag must be visible text.');
});

test('a key is shown with its tags', async () => {
  const detail = { ...key, scopesInForce: key.scopes, decision: 'valid' };
  const api = createApi({ 'GET /v1/api-keys': keys, [`GET ${path}`]: detail });
  const { stdout } = await tollkeeper(['keys', 'show', 'ci-1'], { fetch: api.fetch, terminal });
  expect(stdout).toMatch(/Tags +.*ci, staging/);
});

test('a canary key is shown as one, and not as a key that is refused', async () => {
  const detail = { ...key, canary: true, scopesInForce: [], decision: 'invalid_key' };
  const api = createApi({ 'GET /v1/api-keys': keys, [`GET ${path}`]: detail });
  const { stdout } = await tollkeeper(['keys', 'show', 'ci-1'], { fetch: api.fetch, terminal });
  expect(stdout).toMatch(/State +.*\(canary\)/);
  expect(stdout).toMatch(/A request now +.*raises an alarm/);
});
