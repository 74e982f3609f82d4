import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createApi, createKey, SECRET } from '../testing/fake-api.ts';
import { createHome, runCommand } from '../testing/run-command.ts';

const env = { TOLLKEEPER_API_KEY: SECRET };
const ID = 'pol_00000000000000000001';
const WORKSPACE = 'ws_00000000000000000001';
const TEXT = 'permit (principal, action, resource);\n';

const WORKSPACES = {
  data: [
    {
      ...{ id: WORKSPACE, name: 'production', environment: 'live' },
      ...{ keysCount: 0, gatewaysCount: 0, joinKeysCount: 0 },
      ...{ createdAt: '2026-01-01T00:00:00.000Z', etag: 'etag' },
    },
  ],
  nextCursor: null,
};

const POLICY = {
  ...{ id: ID, workspaceId: WORKSPACE, name: 'Office only', description: '', status: 'enabled' },
  ...{ mode: 'enforce', version: 2, createdBy: null, createdByKey: null, etag: 'etag' },
  ...{ createdAt: '2026-01-01T00:00:00.000Z', updatedAt: '2026-01-01T00:00:00.000Z' },
};
const SAVED = { ...POLICY, text: TEXT, warnings: [] };

async function tollkeeper(argv: readonly string[], answers: Parameters<typeof createApi>[0] = {}) {
  await using home = await createHome();
  const file = join(home.homeFolder, 'office.cedar');
  await writeFile(file, TEXT);
  const api = createApi({ 'GET /v1/workspaces': WORKSPACES, ...answers });
  const given = argv.map((each) => (each === 'FILE' ? file : each));
  const ran = await runCommand(home.homeFolder, given, { env, fetch: api.fetch });
  return { ...ran, file, seen: api.seen };
}

test('a policy is created from a file, in the workspace that is named', async () => {
  const argv = ['policies', 'create', 'Office only', '--workspace', WORKSPACE, '--file', 'FILE'];
  const { exitCode, seen, stdout } = await tollkeeper([...argv, '--mode', 'shadow'], {
    'POST /v1/policies': SAVED,
  });
  expect(exitCode).toBe(0);
  expect(seen.find(({ method }) => method === 'POST')?.body).toEqual({
    ...{ name: 'Office only', workspaceId: WORKSPACE, text: TEXT, mode: 'shadow' },
  });
  expect(stdout).toContain('permit (principal, action, resource);');
  expect(stdout).toContain(`production (${WORKSPACE})`);
});

test('a policy is created for the whole organization only where that is said', async () => {
  const argv = ['policies', 'create', 'Office only', '--file', 'FILE'];
  expect((await tollkeeper(argv)).exitCode).toBe(2);
  const { seen } = await tollkeeper([...argv, '--everywhere'], { 'POST /v1/policies': SAVED });
  const created = seen.find(({ method }) => method === 'POST');
  expect(created?.body).toMatchObject({ workspaceId: null });
});

test('a text is checked, and its errors are printed as compilers print them', async () => {
  const found = { message: 'Unexpected token', line: 2, column: 5, endLine: 2, endColumn: 6 };
  const answers = { 'POST /v1/policies/validate': { errors: [found], warnings: [] } };
  const { exitCode, stdout, file } = await tollkeeper(['policies', 'validate', 'FILE'], answers);
  expect(exitCode).toBe(9);
  expect(stdout).toBe(`${file}:2:5: Unexpected token\n`);
});

test('a policy is found by its name, and an earlier version restored', async () => {
  const argv = ['policies', 'restore', 'office ONLY', '--to', '1'];
  const { exitCode, seen } = await tollkeeper(argv, {
    'GET /v1/policies': { data: [POLICY], nextCursor: null },
    [`POST /v1/policies/${ID}/restore`]: SAVED,
  });
  expect(exitCode).toBe(0);
  expect(seen.at(-1)?.body).toEqual({ version: 1 });
});

test('a policy is not deleted where nobody can confirm it', async () => {
  const answers = { 'GET /v1/policies': { data: [POLICY], nextCursor: null } };
  const { exitCode, seen } = await tollkeeper(['policies', 'delete', 'Office only'], answers);
  expect(exitCode).toBe(2);
  expect(seen.filter(({ method }) => method === 'DELETE')).toEqual([]);
});

test('the refusals of a policy in shadow mode are counted', async () => {
  const answers = { [`GET /v1/policies/${ID}/usage`]: { policyId: ID, shadowDenials24h: 12 } };
  const { exitCode, stdout } = await tollkeeper(['policies', 'usage', ID], answers);
  expect(exitCode).toBe(0);
  expect(stdout).toContain('12 in 24 h');
  const enforced = { policyId: ID, mode: 'enforce', shadowDenials24h: 0 };
  const again = await tollkeeper(['policies', 'usage', ID], {
    [`GET /v1/policies/${ID}/usage`]: enforced,
  });
  expect(again.stdout).toContain('not counted by policy');
});

test('the calls that an edit would have refused are named by their keys', async () => {
  const keys = [{ keyId: KEY_ID, name: 'ci-pipeline', refused: 412 }];
  const counts = { calls: 18_030, refused: 412, unknown: 3, keysRefused: 1, keys };
  const answers = {
    'POST /v1/policies/replay': { workspaceId: WORKSPACE, isOwnOnly: true, ...counts },
  };
  const { exitCode, stdout, seen } = await tollkeeper(
    ['policies', 'replay', '--policy', ID, '--mode', 'enforce'],
    answers,
  );
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/ci-pipeline\s+412/);
  expect(stdout).toMatch(/of this key alone[\s\S]*Unknown\s+3: the text asks for more/);
  expect(seen.at(-1)?.body).toEqual({ policy: { id: ID, mode: 'enforce' } });
  expect((await tollkeeper(['policies', 'replay'])).exitCode).toBe(2);
});

const KEY = createKey(1);
const KEY_ID = KEY.id;
const SIMULATION = {
  ...{ code: 'policy_denied', wouldDeny: false, missingScopes: [], isPathAmbiguous: false },
  ...{ keyId: KEY_ID, workspaceId: WORKSPACE, ip: '192.0.2.7', time: '2026-01-01T00:00:00.000Z' },
  headers: ['x-team'],
  policies: [
    {
      ...{ id: ID, name: 'Office only', workspaceId: WORKSPACE, mode: 'enforce', isDraft: true },
      ...{ effect: 'forbids', determines: true },
    },
  ],
};
const CALL = ['--key', KEY.name, '--method', 'get', '--path', '/v1', '--ip', '192.0.2.7'];

test('a call is simulated, with a text that is not saved', async () => {
  const argv = ['policies', 'simulate', ...CALL, '--header', 'x-team:eu'];
  const answers = {
    'GET /v1/api-keys': { data: [KEY], nextCursor: null, totalCount: 1 },
    'POST /v1/policies/simulate': SIMULATION,
  };
  const draft = ['--file', 'FILE', '--policy', ID];
  const { exitCode, seen, stdout, stderr } = await tollkeeper([...argv, ...draft], answers);
  expect([exitCode, stderr]).toEqual([10, '']);
  expect(seen.at(-1)?.body).toEqual({
    ...{ keyId: KEY_ID, ip: '192.0.2.7', policy: { id: ID, text: TEXT } },
    request: { method: 'GET', path: '/v1', headers: { 'x-team': 'eu' } },
  });
  expect(stdout).toMatch(/refused: policy_denied/);
  expect(stdout).toMatch(/Office only \(your text\) +forbids +yes +enforce +production/);
  const json = await tollkeeper([...argv, '--json'], answers);
  expect(JSON.parse(json.stdout)).toEqual(SIMULATION);
});

test('a simulation warns of what a gateway may decide differently', async () => {
  const warnings = ['A policy asks for resource.path.'];
  const { stderr } = await tollkeeper(['policies', 'simulate', ...CALL], {
    'GET /v1/api-keys': { data: [KEY], nextCursor: null, totalCount: 1 },
    'POST /v1/policies/simulate': { ...SIMULATION, warnings },
  });
  expect(stderr).toBe('Warning: A policy asks for resource.path.\n');
});

test('a call is simulated with its model, or its tool', async () => {
  const answers = {
    'GET /v1/api-keys': { data: [KEY], nextCursor: null, totalCount: 1 },
    'POST /v1/policies/simulate': SIMULATION,
  };
  const requestOf = async (...more: string[]) => {
    const { seen } = await tollkeeper(['policies', 'simulate', ...CALL, ...more], answers);
    return seen.at(-1)?.body;
  };
  const request = { method: 'GET', path: '/v1' };
  expect(await requestOf('--model', 'gpt-5')).toMatchObject({
    request: { ...request, model: 'gpt-5' },
  });
  expect(await requestOf('--mcp-method', 'tools/call', '--mcp-tool', 'search')).toMatchObject({
    request: { ...request, mcp: { method: 'tools/call', tool: 'search' } },
  });
  const alone = ['policies', 'simulate', ...CALL, '--mcp-tool', 'search'];
  expect((await tollkeeper(alone, answers)).exitCode).toBe(2);
});

test('a simulation needs a request, and a file for what is said about its text', async () => {
  const argv = ['policies', 'simulate', '--key', KEY_ID];
  expect((await tollkeeper(argv)).exitCode).toBe(2);
  expect((await tollkeeper(['policies', 'simulate', ...CALL, '--policy', ID])).exitCode).toBe(2);
});

test('a list names the workspaces, and what applies in all of them', async () => {
  const everywhere = { ...POLICY, id: 'pol_00000000000000000002', workspaceId: null };
  const { stdout } = await tollkeeper(['policies', 'list'], {
    'GET /v1/policies': { data: [POLICY, everywhere], nextCursor: null },
  });
  expect(stdout).toMatch(/production +pol_.*1\n.*all +pol_.*2\n/);
});

test.each([
  [0, [], 0, 'No gateway evaluates this policy.'],
  [2, [null], 11, 'Applied on 1 of 2'],
])('the propagation of a policy is printed: %i gateways', async (count, late, expected, words) => {
  const { exitCode, stderr, seen } = await tollkeeper(['policies', 'propagation', ID], {
    [`GET /v1/policies/${ID}/propagation`]: {
      ...{ policyId: ID, changedAt: null, slowestMs: null, gateways: [] },
      ...{ gatewaysCount: count, appliedCount: count - late.length },
    },
  });
  expect([exitCode, seen.length]).toEqual([expected, 1]);
  expect(stderr).toContain(words);
});

test('the schema is printed as it is', async () => {
  const schema = 'entity Member;\nentity ApiKey in [Member];\n';
  const { stdout } = await tollkeeper(['policies', 'schema'], {
    'GET /v1/policies/schema': { schema },
  });
  expect(stdout).toBe(schema);
});
