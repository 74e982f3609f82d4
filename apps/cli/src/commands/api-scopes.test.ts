import { expect, test } from 'vitest';
import { createApi, SECRET } from '../testing/fake-api.ts';
import { createHome, type Given, runCommand } from '../testing/run-command.ts';

const SCOPE = {
  name: 'invoices.read',
  description: 'See invoices',
  createdAt: '2026-11-23T07:57:00.000Z',
  etag: 'etag-1',
};
const PATH = 'DELETE /v1/api-scopes/invoices.read';
const terminal = { columns: 80 };
const gone = () => new Response(null, { status: 204 });

async function tollkeeper(argv: readonly string[], given: Given = {}) {
  await using home = await createHome();
  return runCommand(home.homeFolder, argv, { env: { TOLLKEEPER_API_KEY: SECRET }, ...given });
}

/** Refuses the first deletion, since a key holds it. */
function createApiInUse() {
  const detail = 'Cannot delete it: the API key "ci" holds it.';
  const problem = { type: 'about:blank', title: 'No', status: 409, code: 'invalid_state', detail };
  const headers = { 'content-type': 'application/problem+json' };
  const refusal = Response.json({ ...problem, requestId: 'req_1' }, { status: 409, headers });
  return createApi({ [PATH]: [refusal, gone()] });
}

test('the scopes of keys are listed with and without the word "list"', async () => {
  const scopes = [{ name: 'apis.call', group: 'APIs', description: 'Call APIs', held: true }];
  for (const argv of [['scopes'], ['scopes', 'list']]) {
    const { fetch } = createApi({ 'GET /v1/scopes': { scopes, profiles: [], roles: [] } });
    expect((await tollkeeper(argv, { fetch })).stdout).toMatch(/apis\.call +yes +Call APIs/);
  }
  expect((await tollkeeper(['scopes', 'lists'])).exitCode).toBe(2);
});

test('lists, creates and updates API scopes', async () => {
  const api = createApi({
    'GET /v1/api-scopes': { data: [SCOPE], nextCursor: null },
    'POST /v1/api-scopes': SCOPE,
    'PATCH /v1/api-scopes/invoices.read': SCOPE,
  });
  const { fetch } = api;
  const listed = await tollkeeper(['api-scopes', 'list', '--search', 'inv'], { fetch });
  expect(listed.stdout).toMatch(/invoices\.read +See invoices/);
  const text = ['--description', 'See invoices'];
  await tollkeeper(['api-scopes', 'create', 'invoices.read', ...text], { fetch });
  await tollkeeper(['api-scopes', 'update', 'invoices.read', ...text], { fetch });
  expect(api.seen[0]?.query.get('search')).toBe('inv');
  expect(api.seen.slice(1).map(({ body }) => body)).toEqual([
    { name: 'invoices.read', description: 'See invoices' },
    { description: 'See invoices' },
  ]);
});

test.each([
  ['Invoices', 'must be resource.action'],
  ['members.fly', 'must not begin with the group of a built-in scope'],
])('refuses the name %s before it asks the server', async (name, rule) => {
  const api = createApi({});
  for (const verb of ['create', 'delete']) {
    const argv = ['api-scopes', verb, name, ...(verb === 'delete' ? ['--yes'] : [])];
    const { exitCode, stderr } = await tollkeeper(argv, { fetch: api.fetch });
    expect(exitCode).not.toBe(0);
    expect(stderr).toContain(rule);
  }
  expect(api.seen).toEqual([]);
});

test.each([
  ['invoices.read\r', ['false']],
  ['no\r', []],
])('says what holds one before it deletes that, and asks again: %j', async (stdin, sent) => {
  const api = createApiInUse();
  const argv = ['api-scopes', 'delete', 'invoices.read'];
  const { exitCode, stderr } = await tollkeeper(argv, { fetch: api.fetch, stdin, terminal });
  expect(exitCode, stderr).not.toBe(0);
  expect(api.seen.map(({ query }) => query.get('confirm'))).toEqual(sent);
  expect(stderr.includes('the API key "ci" holds it')).toBe(sent.length > 0);
});

test('deletes one in use with --yes, and nothing where nobody can confirm it', async () => {
  const api = createApi({ [PATH]: gone() });
  const argv = ['api-scopes', 'delete', 'invoices.read'];
  expect((await tollkeeper(argv, { fetch: api.fetch })).exitCode).toBe(2);
  expect(api.seen).toEqual([]);
  expect((await tollkeeper([...argv, '--yes'], { fetch: api.fetch })).exitCode).toBe(0);
  expect(api.seen.map(({ query }) => query.get('confirm'))).toEqual(['true']);
});
