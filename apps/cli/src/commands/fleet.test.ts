/** `join-keys`, `gateways` and `keys propagation`: what they send, and what a person then reads. */
import { expect, test } from 'vitest';
import { createApi, createGateway, createKey, SECRET } from '../testing/fake-api.ts';
import { createHome, type Given, runCommand } from '../testing/run-command.ts';

const env = { TOLLKEEPER_API_KEY: SECRET, TOLLKEEPER_URL: 'http://toll:7420' };
const list = (...data: object[]) => ({ data, nextCursor: null });
const gone = () => new Response(null, { status: 204 });
const terminal = { columns: 160 };
const JOIN_SECRET = `tk_join_${'a1b2'.padEnd(38, '0')}`;
const WORKSPACE = `ws_${'0'.repeat(20)}`;
const workspaces = list({
  id: WORKSPACE,
  ...{ name: 'staging', environment: 'test', createdAt: '2026-11-23T07:57:00.000Z' },
  etag: 'etag-1',
  ...{ keysCount: 0, gatewaysCount: 0, joinKeysCount: 0 },
});

async function tollkeeper(argv: readonly string[], given: Given = {}) {
  await using home = await createHome();
  return runCommand(home.homeFolder, argv, { env, ...given });
}

const JOIN_KEY = {
  id: `jk_${'0'.repeat(20)}`,
  name: 'gateway',
  prefix: 'tk_join_a1b2',
  workspaceId: WORKSPACE,
  labels: {},
  status: 'active',
  blockedBy: null,
  usesMax: 1,
  usesCount: 0,
  createdBy: { memberId: `mem_${'0'.repeat(20)}`, name: 'Ada', email: 'ada@example.com' },
  createdByKey: null,
  createdAt: '2026-11-23T08:00:00.000Z',
  expiresAt: '2026-11-23T09:00:00.000Z',
  lastUsedAt: null,
};

test('a join key leaves its secret alone on standard output, for scripts', async () => {
  const api = createApi({ 'POST /v1/join-keys': { ...JOIN_KEY, secret: JOIN_SECRET } });
  const { exitCode, stdout, stderr } = await tollkeeper(['join-keys', 'create'], {
    fetch: api.fetch,
  });
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: `${JOIN_SECRET}\n` });
  expect(stderr).toContain('for 1 gateway; it expires in 1 hour');
  expect(stderr).not.toContain('npx');
  expect(api.seen[0]?.body).toEqual({});
  expect(api.seen[0]?.headers.get('idempotency-key')).toBe('id-of-this-creation');
});

test('on a terminal it comes with the line that runs a gateway', async () => {
  const api = createApi({ 'POST /v1/join-keys': { ...JOIN_KEY, secret: JOIN_SECRET } });
  const { stderr } = await tollkeeper(['join-keys', 'create'], { fetch: api.fetch, terminal });
  expect(stderr).toContain(
    `TOLLKEEPER_JOIN_KEY=${JOIN_SECRET} npx tollkeeper gateway --control-plane http://toll:7420 --upstream http://127.0.0.1:3000`,
  );
});

test('what a join key is asked to be goes out whole', async () => {
  const api = createApi({ 'POST /v1/join-keys': { ...JOIN_KEY, secret: JOIN_SECRET } });
  const argv = ['join-keys', 'create', '--name', 'edge', '--workspace', WORKSPACE];
  argv.push('--lifetime', '1h30m', '--uses', '5', '--label', 'region=eu-1', 'tier=a', '--json');
  const { stdout } = await tollkeeper(argv, { fetch: api.fetch });
  expect(api.seen[0]?.body).toEqual({
    name: 'edge',
    workspaceId: WORKSPACE,
    lifetimeSeconds: 5400,
    usesMax: 5,
    labels: { region: 'eu-1', tier: 'a' },
  });
  expect(JSON.parse(stdout)).toMatchObject({ id: JOIN_KEY.id, secret: JOIN_SECRET });
});

test('a join key whose secret was lost is reported, with what to do', async () => {
  const api = createApi({ 'POST /v1/join-keys': JOIN_KEY });
  const lost = await tollkeeper(['join-keys', 'create'], { fetch: api.fetch });
  expect(lost).toMatchObject({ exitCode: 1, stdout: '' });
  expect(lost.stderr).toContain(`tollkeeper join-keys delete ${JOIN_KEY.id}`);
});

test.each([
  [['--uses', '0']],
  [['--lifetime', 'soon']],
  [['--label', 'region']],
  [['--label', '=eu']],
])('join-keys create refuses %j before it asks', async (options) => {
  const api = createApi({});
  const argv = ['join-keys', 'create', ...options];
  expect((await tollkeeper(argv, { fetch: api.fetch })).exitCode).toBe(2);
  expect(api.seen).toEqual([]);
});

test('join keys are listed with their uses, also when there are none', async () => {
  const used = { ...JOIN_KEY, status: 'used_up', usesCount: 1, labels: { region: 'eu-1' } };
  const api = createApi({
    'GET /v1/join-keys': [list(used), list()],
    'GET /v1/workspaces': workspaces,
  });
  const { stdout } = await tollkeeper(['join-keys', 'list'], { fetch: api.fetch });
  expect(stdout).toMatch(/gateway +tk_join_a1b2 +● used up +1 of 1 +– +staging +region=eu-1/);
  const none = await tollkeeper(['join-keys', 'list'], { fetch: api.fetch });
  expect(none).toMatchObject({ exitCode: 0, stdout: '' });
});

test('a blocked join key is listed with the reason', async () => {
  const blocked = { ...JOIN_KEY, status: 'blocked', blockedBy: 'api_key_revoked' };
  const api = createApi({
    'GET /v1/join-keys': list(JOIN_KEY, blocked),
    'GET /v1/workspaces': workspaces,
  });
  const { stdout, stderr } = await tollkeeper(['join-keys', 'list'], { fetch: api.fetch });
  expect(stdout).toContain('● blocked');
  expect(stderr).toBe(
    '"gateway" admits no gateway at present. The API key that made it was revoked.\n',
  );
});

test.each(['gateway', 'tk_join_a1b2…', JOIN_KEY.id])(
  'a join key is deleted by name, visible prefix or id: %s',
  async (reference) => {
    const api = createApi({
      'GET /v1/join-keys': list(JOIN_KEY, {
        ...JOIN_KEY,
        id: `jk_${'1'.repeat(20)}`,
        name: JOIN_KEY.id,
        prefix: 'tk_join_0000',
      }),
      [`DELETE /v1/join-keys/${JOIN_KEY.id}`]: gone(),
    });
    const argv = ['join-keys', 'delete', reference, '--yes'];
    expect((await tollkeeper(argv, { fetch: api.fetch })).exitCode).toBe(0);
    expect(api.seen.at(-1)?.method).toBe('DELETE');
  },
);

test('a join key is never named by its secret', async () => {
  const api = createApi({});
  const argv = ['join-keys', 'delete', JOIN_SECRET];
  expect((await tollkeeper(argv, { fetch: api.fetch })).exitCode).toBe(2);
  expect(api.seen).toEqual([]);
});

test('gateways are listed with state and version; a shared identity is reported', async () => {
  const api = createApi({
    'GET /v1/gateways': list(
      createGateway(1, { draining: true }),
      createGateway(2, { state: 'behind', appliedVersion: 5, identityConflict: true }),
      createGateway(3, { state: 'never_seen', appliedVersion: null, callsPerMinute: null }),
      createGateway(4, {
        witness: {
          ...{ key: null, size: 7, cosignedAt: null },
          alarm: { kind: 'fork', at: '2026-11-23T07:58:00.000Z', kept: '', received: '' },
        },
      }),
    ),
  });
  const { stdout, stderr } = await tollkeeper(['gateways', 'list'], { fetch: api.fetch });
  expect(stdout).toMatch(/edge-1 +● connected, draining +7 +just now +1,042 /);
  expect(stdout).toMatch(/edge-2 +● behind +5 of 7 /);
  expect(stdout).toMatch(/edge-3 +● never seen +none of 7 /);
  expect(stdout).toMatch(/edge-4 .+ Audit log alarm: fork\./);
  expect(stderr).toContain('"edge-2" is used from two places');
});

test.each([
  [['update', 'edge-1', '--name', 'eu'], { name: 'eu' }],
  [['drain', 'edge-1'], { draining: true }],
  [['undrain', 'edge-1'], { draining: false }],
  [
    ['update', 'edge-1', '--add-label', 'tier=a'],
    { labels: { region: 'eu-1', tier: 'a' }, etag: 'etag-1' },
  ],
  [
    ['update', 'edge-1', '--remove-label', 'region', '--add-label', 'tier=b-'],
    { labels: { tier: 'b-' }, etag: 'etag-1' },
  ],
  [
    ['update', 'edge-1', '--add-label', 'region=us-2'],
    { labels: { region: 'us-2' }, etag: 'etag-1' },
  ],
])('gateways %j sends the change %j', async (argv, body) => {
  const gateway = createGateway(1);
  const api = createApi({
    'GET /v1/gateways': list(gateway, createGateway(2)),
    [`PATCH /v1/gateways/${gateway.id}`]: gateway,
  });
  expect((await tollkeeper(['gateways', ...argv], { fetch: api.fetch })).exitCode).toBe(0);
  expect(api.seen.at(-1)?.body).toEqual(body);
});

test('two gateways of one name are distinguished by id', async () => {
  const api = createApi({
    'GET /v1/gateways': list(createGateway(1), createGateway(2, { name: 'edge-1' })),
  });
  const { exitCode, stderr } = await tollkeeper(['gateways', 'drain', 'edge-1'], {
    fetch: api.fetch,
  });
  expect(exitCode).toBe(2);
  expect(stderr).toContain(createGateway(1).id);
  expect(stderr).toContain(createGateway(2).id);
});

test.each([
  ['edge-1\r', 0, 1],
  ['edge\r', 2, 0],
])('removing a gateway on a terminal wants its name: %j', async (stdin, expected, removals) => {
  const gateway = createGateway(1);
  const api = createApi({
    'GET /v1/gateways': list(gateway),
    [`DELETE /v1/gateways/${gateway.id}`]: gone(),
  });
  const given = { fetch: api.fetch, terminal, stdin };
  const { exitCode } = await tollkeeper(['gateways', 'remove', 'edge-1'], given);
  expect(exitCode).toBe(expected);
  expect(api.seen.filter(({ method }) => method === 'DELETE')).toHaveLength(removals);
});

test('without a terminal a removal needs --yes', async () => {
  const gateway = createGateway(1);
  const api = createApi({
    [`GET /v1/gateways/${gateway.id}`]: gateway,
    [`DELETE /v1/gateways/${gateway.id}`]: gone(),
  });
  const argv = ['gateways', 'remove', gateway.id];
  expect((await tollkeeper(argv, { fetch: api.fetch })).exitCode).toBe(2);
  expect(api.seen.map(({ method }) => method)).toEqual(['GET']);
  expect((await tollkeeper([...argv, '--yes'], { fetch: api.fetch })).exitCode).toBe(0);
});

function propagationOf(id: string, ...applied: boolean[]) {
  return {
    keyId: id,
    changedAt: '2026-11-23T07:59:00.000Z',
    gatewaysCount: applied.length,
    appliedCount: applied.filter(Boolean).length,
    slowestMs: applied.includes(true) ? 38 : null,
    gateways: applied.map((each, at) => ({
      gatewayId: createGateway(at).id,
      name: `edge-${at}`,
      workspaceId: WORKSPACE,
      state: each ? 'connected' : 'behind',
      applied: each,
      appliedAt: each ? '2026-11-23T07:59:00.038Z' : null,
      tookMs: each ? 38 : null,
      staleMaxMs: null,
    })),
  };
}

test.each([
  [[true, true], 0, 'Applied on 2 of 2, the slowest in 38 ms.'],
  [[true, false], 11, 'Applied on 1 of 2, the slowest in 38 ms.'],
  [[], 0, 'No gateway decides about this key.'],
])('the propagation of a key is printed: %j exits with %i', async (applied, expected, summary) => {
  const key = createKey(1);
  const api = createApi({
    'GET /v1/api-keys': { ...list(key), totalCount: 1 },
    [`GET /v1/api-keys/${key.id}/propagation`]: propagationOf(key.id, ...applied),
  });
  const argv = ['keys', 'propagation', key.name];
  const { exitCode, stdout, stderr } = await tollkeeper(argv, { fetch: api.fetch });
  expect(exitCode).toBe(expected);
  expect(stderr).toContain(summary);
  if (applied[0]) expect(stdout).toMatch(/edge-0 +● connected +1 minute ago +38 ms /);
  if (applied[1] === false) expect(stdout).toMatch(/edge-1 +● behind +not yet /);
});

test('the propagation of a deleted key is asked by its id alone', async () => {
  const { id } = createKey(1);
  const api = createApi({ [`GET /v1/api-keys/${id}/propagation`]: propagationOf(id, true) });
  const { exitCode, stdout } = await tollkeeper(['keys', 'propagation', id, '--json'], {
    fetch: api.fetch,
  });
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ keyId: id, appliedCount: 1 });
  expect(api.seen).toHaveLength(1);
});
