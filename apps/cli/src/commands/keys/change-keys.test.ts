import { NOTHING_CREATED } from '@tollkeeper/contract/testing';
import { expect, test } from 'vitest';
import { createApi, createKey, SECRET } from '../../testing/fake-api.ts';
import { createHome, type Given, runCommand } from '../../testing/run-command.ts';

const env = { TOLLKEEPER_API_KEY: SECRET };
const terminal = { columns: 120 };
const key = createKey(1, { scopes: ['api_keys.read', 'usage.read'] });
const path = `/v1/api-keys/${key.id}`;

function refusal(status: number, code: string, more: object = {}) {
  const problem = { type: 'about:blank', title: 'No', status, code, detail: 'No.', requestId: 'r' };
  return Response.json({ ...problem, ...more }, { status });
}

async function tollkeeper(argv: readonly string[], given: Given = {}) {
  await using home = await createHome();
  return runCommand(home.homeFolder, argv, { env, ...given });
}

const second = createKey(2);
const both = { data: [key, second], nextCursor: null, totalCount: 2 };
const refusedOne = {
  results: [
    { id: key.id, error: null },
    { id: second.id, error: { code: 'invalid_state', detail: 'It is already so.' } },
  ],
};

test.each([
  ['disable', { ids: [key.id, second.id] }],
  ['enable', { ids: [key.id, second.id] }],
  ['revoke', { ids: [key.id, second.id], cascade: false, reason: 'leaked' }],
])('%s takes several keys in one request, and says what became of each', async (verb, body) => {
  const answers = { 'GET /v1/api-keys': both, [`POST /v1/api-keys/${verb}`]: refusedOne };
  const argv = ['keys', verb, 'ci-1', second.prefix, key.prefix];
  if (verb === 'revoke') argv.push('--yes', '--reason', 'leaked');
  const api = createApi(answers);
  const { exitCode, stdout, stderr } = await tollkeeper(argv, { fetch: api.fetch });
  expect(exitCode).toBe(6);
  expect(stdout).toMatch(/^(Disabled|Enabled|Revoked) "ci-1" \(tk_live_0001…\)( for good)?\.\n$/);
  expect(stderr).toMatch(/^"ci-2": It is already so\.\n\w+ 1 of 2 keys\.\n$/);
  expect(api.seen.filter(({ method }) => method === 'POST')).toMatchObject([{ body }]);

  const again = createApi(answers);
  const json = await tollkeeper([...argv, '--json'], { fetch: again.fetch });
  expect(json).toMatchObject({ exitCode: 6, stderr: '' });
  expect(JSON.parse(json.stdout)).toEqual({
    results: refusedOne.results.map((each, at) => ({ ...each, name: `ci-${at + 1}` })),
  });
});

test('delete takes several keys, and goes on after one that cannot be deleted', async () => {
  const api = createApi({
    'GET /v1/api-keys': both,
    [`DELETE ${path}`]: refusal(404, 'not_found'),
    [`DELETE /v1/api-keys/${second.id}`]: new Response(null, { status: 204 }),
  });
  const argv = ['keys', 'delete', 'ci-1', 'ci-2', '--yes'];
  const { exitCode, stdout, stderr } = await tollkeeper(argv, { fetch: api.fetch });
  expect({ exitCode, stdout, stderr }).toEqual({
    exitCode: 5,
    stdout: 'Deleted "ci-2" (tk_live_0002…).\n',
    stderr: '"ci-1": No.\nDeleted 1 of 2 keys.\n',
  });
});

test('delete says what it had done when the server goes away, and what it did not try', async () => {
  const third = createKey(3);
  const api = createApi({
    'GET /v1/api-keys': { ...both, data: [...both.data, third] },
    [`DELETE ${path}`]: new Response(null, { status: 204 }),
    [`DELETE /v1/api-keys/${second.id}`]: refusal(503, 'unavailable'),
  });
  const argv = ['keys', 'delete', 'ci-1', 'ci-2', 'ci-3', '--yes'];
  const { exitCode, stdout, stderr } = await tollkeeper(argv, { fetch: api.fetch });
  expect({ exitCode, stdout }).toEqual({
    exitCode: 8,
    stdout: 'Deleted "ci-1" (tk_live_0001…).\n',
  });
  expect(stderr).toContain('"ci-2": The server did not answer, so this may have happened or not.');
  expect(stderr).toContain('"ci-3": Not tried, since the server did not answer.');
  expect(stderr).toContain('Deleted 1 of 3 keys.');
  const asked = api.seen.filter(({ method }) => method === 'DELETE');
  expect(asked).toHaveLength(2);
});

test('several keys end only once their number was typed, beside what they created', async () => {
  const api = createApi({
    'GET /v1/api-keys': both,
    'POST /v1/api-keys/created': { ...NOTHING_CREATED, keysCount: 2 },
    'POST /v1/api-keys/revoke': refusedOne,
  });
  const argv = ['keys', 'revoke', 'ci-1', 'ci-2', '--cascade'];
  const given = { fetch: api.fetch, terminal };
  const declined = await tollkeeper(argv, { ...given, stdin: 'ci-1\n' });
  expect(declined.exitCode).toBe(2);
  expect(declined.stderr).toContain('tk_live_0002…  ci-2');
  expect(declined.stderr).toContain('So does everything they created or rotated: 2 API keys.');
  expect(api.seen.some(({ path: asked }) => asked.endsWith('/revoke'))).toBe(false);
  expect((await tollkeeper(argv, { ...given, stdin: '2\n' })).exitCode).toBe(6);
});

test('a key among several that is not there leaves all as they are', async () => {
  const api = createApi({ 'GET /v1/api-keys': both });
  const argv = ['keys', 'disable', 'ci-1', 'ci-3'];
  const { exitCode, stderr } = await tollkeeper(argv, { fetch: api.fetch });
  expect(exitCode).toBe(5);
  expect(stderr).toContain('There is no key "ci-3"');
  expect(stderr).toContain('No key was changed.');
  expect(api.seen.every(({ method }) => method === 'GET')).toBe(true);
});
