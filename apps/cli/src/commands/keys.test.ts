import { NOTHING_CREATED } from '@tollkeeper/contract/testing';
import { expect, test } from 'vitest';
import { createApi, createKey, SECRET } from '../testing/fake-api.ts';
import { createHome, type Given, runCommand } from '../testing/run-command.ts';

const env = { TOLLKEEPER_API_KEY: SECRET };
const terminal = { columns: 120 };
const key = createKey(1, { scopes: ['api_keys.read', 'usage.read'] });
const path = `/v1/api-keys/${key.id}`;
const keys = { data: [key], nextCursor: null, totalCount: 1 };

const ORGANIZATION = {
  id: 'org_1',
  name: 'Acme',
  slug: 'acme',
  plan: 'free',
  defaultExpiryDays: null,
  createdAt: '2026-11-23T07:57:00.000Z',
  etag: 'etag-1',
};

function refusal(status: number, code: string, more: object = {}) {
  const problem = { type: 'about:blank', title: 'No', status, code, detail: 'No.', requestId: 'r' };
  return Response.json({ ...problem, ...more }, { status });
}

async function tollkeeper(argv: readonly string[], given: Given = {}) {
  await using home = await createHome();
  return runCommand(home.homeFolder, argv, { env, ...given });
}

const created = { ...createKey(1), secret: SECRET };

test.each([
  ['90 days where the organization has no default', ORGANIZATION, '2027-02-21T08:00:00.000Z'],
  [
    "the organization's default, which the server knows",
    { ...ORGANIZATION, defaultExpiryDays: 7 },
    undefined,
  ],
  [
    '90 days where it may not be read',
    refusal(403, 'insufficient_scope'),
    '2027-02-21T08:00:00.000Z',
  ],
])('a new key expires after %s', async (_what, organization, expected) => {
  const api = createApi({ 'GET /v1/organization': organization, 'POST /v1/api-keys': created });
  await tollkeeper(['keys', 'create', 'ci-1'], { fetch: api.fetch });
  expect(api.seen.at(-1)?.body).toEqual({
    name: 'ci-1',
    profile: 'workspace',
    ...(expected === undefined ? {} : { expiresAt: expected }),
  });
});

test('the organization is shown with the expiry that new keys get here without a default', async () => {
  const api = createApi({ 'GET /v1/organization': ORGANIZATION });
  const { stdout } = await tollkeeper(['organization', 'show'], { fetch: api.fetch });
  expect(stdout).toMatch(/Default expiry +none: "keys create" and the dashboard then use 90 days/);
});

test('a new key expires when a rule says so, where that comes before the 90 days', async () => {
  const refused = refusal(422, 'validation_failed', {
    errors: [{ path: 'expiresAt', message: 'must be at most tomorrow' }],
  });
  const api = createApi({
    'GET /v1/organization': ORGANIZATION,
    'POST /v1/api-keys': [refused, created],
  });
  expect((await tollkeeper(['keys', 'create', 'ci-1'], { fetch: api.fetch })).exitCode).toBe(0);
  expect(api.seen.at(-1)?.body).toEqual({ name: 'ci-1', profile: 'workspace' });
});

test.each([
  [[], 86_400],
  [['--grace', '0s', '--yes'], 0],
])('rotating with %j keeps the old secret for %i seconds', async (options, graceSeconds) => {
  const api = createApi({ 'GET /v1/api-keys': keys, [`POST ${path}/rotate`]: created });
  await tollkeeper(['keys', 'rotate', 'ci-1', ...options], { fetch: api.fetch });
  expect(api.seen.at(-1)?.body).toEqual({ graceSeconds });
});

test.each([
  [
    'revoke',
    [],
    'Everything it created or rotated stays: 2 API keys, 1 invitation',
    'POST',
    { cascade: false },
  ],
  [
    'revoke',
    ['--cascade'],
    'So does everything it created or rotated: 2 API keys',
    'POST',
    { cascade: true },
  ],
  [
    'delete',
    ['--cascade'],
    'So does everything it created or rotated: 2 API keys',
    'DELETE',
    undefined,
  ],
])('%s %j says what the key created before it asks', async (verb, options, said, method, body) => {
  const api = createApi({
    'GET /v1/api-keys': keys,
    [`GET ${path}/created`]: { ...NOTHING_CREATED, keysCount: 2, invitationsCount: 1 },
    [`POST ${path}/revoke`]: key,
    [`DELETE ${path}`]: new Response(null, { status: 204 }),
  });
  const argv = ['keys', verb, 'ci-1', ...options];
  const given = { fetch: api.fetch, terminal };
  const declined = await tollkeeper(argv, { ...given, stdin: 'something else\n' });
  expect(declined.exitCode).toBe(2);
  expect(declined.stderr).toContain(said);
  expect(api.seen.every((each) => each.method === 'GET')).toBe(true);

  expect((await tollkeeper(argv, { ...given, stdin: 'ci-1\n' })).exitCode).toBe(0);
  const sent = api.seen.at(-1);
  expect(sent).toMatchObject({ method, body });
  if (method === 'DELETE') expect(sent?.query.get('cascade')).toBe('true');
});

test('rotate asks before the present secret ends at once, and --yes answers', async () => {
  const api = createApi({
    'GET /v1/api-keys': keys,
    [`POST ${path}/rotate`]: { ...key, secret: SECRET },
  });
  const argv = ['keys', 'rotate', 'ci-1', '--grace', '0s'];
  const given = { fetch: api.fetch };
  expect((await tollkeeper(argv, given)).stderr).toContain('--yes');
  expect((await tollkeeper(argv, { ...given, terminal, stdin: 'n\n' })).exitCode).toBe(2);
  expect(api.seen.some(({ path: asked }) => asked.endsWith('/rotate'))).toBe(false);
  for (const sure of [[...argv, '--yes'], ['keys', 'rotate', 'ci-1', '--yes'], argv.slice(0, 3)]) {
    expect((await tollkeeper(sure, given)).exitCode).toBe(0);
  }
  expect((await tollkeeper(argv, { ...given, terminal, stdin: 'y\n' })).exitCode).toBe(0);
});

test.each([
  [['keys', 'create'], 'POST /v1/api-keys', created],
  [['join-keys', 'create'], 'POST /v1/join-keys', undefined],
  [['workspaces', 'create'], 'POST /v1/workspaces', undefined],
  [['roles', 'create', '--scopes', 'usage.read'], 'POST /v1/roles', undefined],
])('%j takes the name as an argument and by --name', async (argv, route, answer) => {
  const api = createApi({
    'GET /v1/organization': ORGANIZATION,
    [route]: answer ?? refusal(409, 'invalid_state'),
  });
  const given = { fetch: api.fetch };
  for (const name of [['mine'], ['--name', 'mine'], ['mine', '--name', 'mine']]) {
    await tollkeeper([...argv.slice(0, 2), ...name, ...argv.slice(2)], given);
    expect(api.seen.at(-1)?.body).toMatchObject({ name: 'mine' });
  }
  const asked = api.seen.length;
  const twice = [...argv.slice(0, 2), 'mine', '--name', 'other', ...argv.slice(2)];
  const differs = await tollkeeper(twice, given);
  expect(differs.exitCode).toBe(2);
  expect(differs.stderr).toContain('Two names are given, "mine" and "other". Give one.');
  expect(api.seen).toHaveLength(asked);
});

test.each([
  [['keys', 'revoke', 'ci-1']],
  [['keys', 'delete', 'ci-1', '--cascade']],
  [['keys', 'update', 'ci-1', '--name', 'ci-2']],
])('%j without a terminal refuses, rather than wait for an answer', async (argv) => {
  const keys = { data: [createKey(1)], nextCursor: null, totalCount: 1 };
  const api = createApi({ 'GET /v1/api-keys': keys });
  const { exitCode, stderr } = await tollkeeper(argv, { fetch: api.fetch });
  const methods = api.seen.map(({ method }) => method);
  expect({ exitCode, methods }).toEqual({ exitCode: 2, methods: ['GET'] });
  expect(stderr).toContain('--yes');
});

const UPDATE = [
  ...['keys', 'update', 'ci-1', '--name', 'ci-2', '--add-scopes', 'audit.read'],
  ...['--remove-scopes', 'usage.read', '--expires', '30d', '--allow-ip', '10.0.0.0/8'],
];
const CHANGE = {
  name: 'ci-2',
  scopes: ['api_keys.read', 'audit.read'],
  expiresAt: '2026-12-23T08:00:00.000Z',
  allowedIps: ['10.0.0.0/8'],
};

test.each([
  ['y\n', 0, [{ ...CHANGE, etag: key.etag }]],
  ['n\n', 2, []],
  ['\n', 2, []],
])('an update shows what changes, and asks: %j', async (stdin, expected, sent) => {
  const api = createApi({ 'GET /v1/api-keys': keys, [`PATCH ${path}`]: { ...key, ...CHANGE } });
  const { exitCode, stdout } = await tollkeeper(UPDATE, { fetch: api.fetch, stdin, terminal });
  expect(exitCode).toBe(expected);
  for (const part of [
    /Name +.*ci-1 → ci-2/,
    /Adds scopes +.*audit\.read/,
    /Removes scopes +.*usage\.read/,
    /Expires +.*never → in 30 days/,
    /Accepted from +.*any address → 10\.0\.0\.0\/8/,
  ]) {
    expect(stdout).toMatch(part);
  }
  const changes = api.seen.filter(({ method }) => method === 'PATCH');
  expect(changes.map(({ body }) => body)).toEqual(sent);
});

test('an update for a script asks nothing and prints the key', async () => {
  const api = createApi({ 'GET /v1/api-keys': keys, [`PATCH ${path}`]: { ...key, ...CHANGE } });
  const { stdout, stderr } = await tollkeeper([...UPDATE, '--json'], { fetch: api.fetch });
  expect(JSON.parse(stdout)).toMatchObject(CHANGE);
  expect(stderr).toBe('');
});

test('an update of a key that was edited meanwhile says what it is now', async () => {
  const now = { ...key, name: 'theirs', scopes: ['audit.read'], etag: 'etag-2' };
  const api = createApi({
    'GET /v1/api-keys': keys,
    [`PATCH ${path}`]: refusal(412, 'edit_conflict'),
    [`GET ${path}`]: { ...now, scopesInForce: ['audit.read'], decision: 'valid' },
  });
  const { exitCode, stderr } = await tollkeeper([...UPDATE, '--yes'], { fetch: api.fetch });
  expect(exitCode).toBe(6);
  expect(stderr).toBe('No.\n  Name: now theirs\n  Scopes: now audit.read\nRequest r\n');
  const read = await tollkeeper([...UPDATE, '--json'], { fetch: api.fetch });
  expect(JSON.parse(read.stderr)).toMatchObject({
    code: 'edit_conflict',
    errors: [{ message: 'Name: now theirs' }, { message: 'Scopes: now audit.read' }],
  });
});

test('an update that changes nothing sends nothing', async () => {
  const api = createApi({ 'GET /v1/api-keys': keys });
  const argv = ['keys', 'update', 'ci-1', '--scopes', 'usage.read,api_keys.read', '--yes'];
  expect(await tollkeeper(argv, { fetch: api.fetch })).toMatchObject({ exitCode: 0, stdout: '' });
});

test('lists by state, and shows an expired key as such', async () => {
  const expired = createKey(1, { state: 'expired', expiresAt: '2026-11-22T08:00:00.000Z' });
  const api = createApi({
    'GET /v1/api-keys': { data: [expired], nextCursor: null, totalCount: 1 },
    [`GET ${path}/created`]: NOTHING_CREATED,
  });
  const argv = ['keys', 'list', '--state', 'expired'];
  const { stdout } = await tollkeeper(argv, { fetch: api.fetch });
  expect(api.seen[0]?.query.get('state')).toBe('expired');
  expect(stdout).toContain('● expired');
  expect(stdout).not.toContain('● active');
});

const WORKSPACE_ID = `ws_${'1'.repeat(20)}`;
const confined = {
  data: [createKey(1, { workspaceId: WORKSPACE_ID }), createKey(2)],
  nextCursor: null,
  totalCount: 2,
};

test('lists the workspace that each key is confined to, if any is', async () => {
  const production = {
    id: WORKSPACE_ID,
    ...{ name: 'production', environment: 'live', createdAt: '2026-11-23T07:57:00.000Z' },
    etag: 'etag-1',
    ...{ keysCount: 1, gatewaysCount: 0, joinKeysCount: 0 },
  };
  const api = createApi({
    'GET /v1/api-keys': confined,
    'GET /v1/workspaces': { data: [production], nextCursor: null },
  });
  const { stdout } = await tollkeeper(['keys', 'list'], { fetch: api.fetch });
  const [heading, one, other] = stdout.split('\n');
  const at = heading?.indexOf('WORKSPACE') ?? 0;
  expect([one, other].map((line) => line?.slice(at).split(/ +/, 1)[0])).toEqual([
    'production',
    'all',
  ]);
});

test('lists the workspaces by id to those who may not see them', async () => {
  const problem = { type: 'about:blank', title: 'No', status: 403, code: 'insufficient_scope' };
  const refusal = { ...problem, detail: 'No.', requestId: 'req_1' };
  const api = createApi({
    'GET /v1/api-keys': confined,
    'GET /v1/workspaces': Response.json(refusal, { status: 403 }),
  });
  const { exitCode, stdout } = await tollkeeper(['keys', 'list'], { fetch: api.fetch });
  expect(exitCode).toBe(0);
  expect(stdout).toContain(WORKSPACE_ID);
});
