/** The command line as a person runs it, against a real control plane: also as a process. */
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuditLog } from '@tollkeeper/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Client } from '../apps/control-plane/src/testing/client.ts';
import { join as joinOrganization } from '../apps/control-plane/src/testing/join.ts';
import { queryDatabase } from '../apps/control-plane/src/testing/query-database.ts';
import {
  claimServer,
  OWNER,
  startTestApp,
  type TestApp,
} from '../apps/control-plane/src/testing/test-app.ts';
import { integrateAuditLogs } from '../apps/control-plane/src/transparency-log/index.ts';
import { type Given, runCommand, startCommand } from './command-line.fixture.ts';

const SECRET = /^tk_live_[0-9A-Za-z]{38}$/;

let app: TestApp;
let owner: Client;
let configFolder: string;

beforeAll(async () => {
  configFolder = await mkdtemp(join(tmpdir(), 'tollkeeper-cli-'));
  app = await startTestApp();
  owner = await claimServer(app);
  const login = ['login', '--url', app.baseUrl, '--email', OWNER.email, '--password-stdin'];
  expect(await spawned(login, { stdin: `${OWNER.password}\n` })).toMatchObject({ exitCode: 0 });
});

afterAll(() => rm(configFolder, { recursive: true, force: true }));

test('keeps the session where only its owner can read it, and the password nowhere', async () => {
  const path = join(configFolder, 'tollkeeper', 'credentials.json');
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(await readFile(path, 'utf8')).not.toContain(OWNER.password);
});

test('a device login ends with the session of the person who approved its code', async () => {
  const env = { XDG_CONFIG_HOME: join(configFolder, 'other') };
  const login = start(['login', '--url', app.baseUrl, '--no-browser'], { env });
  const userCode = (await login.says(/code is ([\w-]+)/))[1];
  await owner.get(`/api/auth/device?user_code=${userCode}`);
  expect((await owner.post('/api/auth/device/approve', { userCode })).status).toBe(200);
  expect(await login.ended).toMatchObject({ exitCode: 0 });
  const { stdout } = await spawned(['whoami', '--json'], { env });
  expect(JSON.parse(stdout)).toMatchObject({ member: { email: OWNER.email }, key: null });
});

test('Ctrl-C ends the wait for an approval with its own exit code, and stores nothing', async () => {
  const env = { XDG_CONFIG_HOME: join(configFolder, 'interrupted') };
  const login = start(['login', '--url', app.baseUrl, '--no-browser'], { env });
  await login.says(/Waiting/);
  login.interrupt();
  expect(await login.ended).toMatchObject({ exitCode: 130, stdout: '' });
  expect((await spawned(['whoami'], { env })).exitCode).toBe(3);
});

test('a member through roles, suspension and removal', async () => {
  await joinOrganization(app, owner, 'Eve', 'role_viewer');
  const roles = ['roles', 'create', 'Shippers', '--scopes', 'api_keys.read,usage.read'];
  expect((await tollkeeper(roles)).exitCode).toBe(0);
  const changed = await tollkeeper(['members', 'update', 'Eve', '--role', 'shippers', '--json']);
  expect(JSON.parse(changed.stdout)).toMatchObject({ name: 'Eve', roleName: 'Shippers' });
  expect((await tollkeeper(['roles', 'delete', 'shippers', '--yes'])).exitCode).toBe(6);
  const replaced = ['roles', 'delete', 'shippers', '--yes', '--replacement', 'developer'];
  expect((await tollkeeper(replaced)).exitCode).toBe(0);

  const eve = 'eve@example.com';
  expect((await tollkeeper(['members', 'suspend', eve])).exitCode).toBe(0);
  expect((await tollkeeper(['members', 'suspend', eve])).exitCode).toBe(6);
  expect((await tollkeeper(['members', 'reinstate', eve])).exitCode).toBe(0);
  const remove = ['members', 'remove', eve, '--hand-over-to', 'me', '--yes'];
  expect((await tollkeeper(remove)).exitCode).toBe(0);
  expect((await tollkeeper(remove)).exitCode).toBe(5);
});

test('a key from creation to deletion, each step with its exit code', async () => {
  const { stdout: created } = await spawned(['keys', 'create', 'ci-pipeline']);
  const secret = created.trim();
  expect(secret).toMatch(SECRET);
  expect(await withKey(secret, ['whoami'])).toMatchObject({ exitCode: 0 });

  expect((await tollkeeper(['keys', 'disable', 'ci-pipeline'])).exitCode).toBe(0);
  expect((await withKey(secret, ['whoami'])).exitCode).toBe(3);
  const verified = await spawned(['verify', '--key-stdin'], { stdin: secret });
  expect(verified.exitCode).toBe(10);
  expect((await tollkeeper(['keys', 'disable', 'ci-pipeline'])).exitCode).toBe(6);
  expect((await tollkeeper(['keys', 'enable', secret.slice(0, 12)])).exitCode).toBe(0);
  expect((await verify(secret)).exitCode).toBe(0);

  const rotated = (
    await tollkeeper(['keys', 'rotate', 'ci-pipeline', '--grace', '0s', '--yes'])
  ).stdout.trim();
  expect((await verify(secret)).exitCode).toBe(10);
  expect((await verify(rotated)).exitCode).toBe(0);

  expect(
    (await tollkeeper(['keys', 'update', 'ci-pipeline', '--name', 'ci', '--yes'])).exitCode,
  ).toBe(0);
  expect((await tollkeeper(['keys', 'revoke', 'ci', '--reason', 'test'])).exitCode).toBe(2);
  const revoke = ['keys', 'revoke', 'ci', '--reason', 'test', '--yes'];
  expect((await tollkeeper(revoke)).exitCode).toBe(0);
  expect((await tollkeeper(['keys', 'enable', 'ci'])).exitCode).toBe(6);
  expect((await tollkeeper(['keys', 'delete', 'ci'])).exitCode).toBe(2);
  expect((await tollkeeper(['keys', 'delete', 'ci', '--yes'])).exitCode).toBe(0);
  expect((await tollkeeper(['keys', 'show', 'ci'])).exitCode).toBe(5);
});

test('--json is what the API answers', async () => {
  const created = JSON.parse((await tollkeeper(['keys', 'create', 'as-json', '--json'])).stdout);
  expect(created.secret).toMatch(SECRET);
  const { data } = JSON.parse((await spawned(['keys', 'list', '--all', '--json'])).stdout);
  const { secret: _, limit, ...key } = created;
  expect(limit).toEqual({ used: 1, max: 3 });
  expect(data).toContainEqual(key);
  await tollkeeper(['keys', 'delete', created.id, '--yes']);
});

test('what the server refuses ends with its sentence, its request and its own exit code', async () => {
  const invalid = await spawned(['keys', 'create', 'nowhere', '--allow-ip', 'nowhere']);
  expect(invalid).toMatchObject({ exitCode: 9, stdout: '' });
  expect(invalid.stderr).toMatch(/--allow-ip.*address[\s\S]*Request req_/);

  for (const name of ['one', 'two', 'three']) await tollkeeper(['keys', 'create', name]);
  const full = await tollkeeper(['keys', 'create', 'four']);
  expect(full).toMatchObject({ exitCode: 7, stdout: '' });

  const viewer = await tollkeeper(['keys', 'rotate', 'one']);
  expect((await withKey('tk_live_short', ['whoami'])).exitCode).toBe(3);
  expect((await withKey(viewer.stdout.trim(), ['verify', '--key-stdin'])).exitCode).toBe(4);
});

test('the audit log is verified as an export and live, and an event that was edited since is named', async () => {
  await integrateAuditLogs(app.services);
  const file = join(configFolder, 'audit.jsonl');
  const { publicKey } = (await owner.get<AuditLog>('/v1/audit-log')).body;
  const audit = (source: string) => tollkeeper(['audit', 'verify', source, '--key', publicKey]);
  const exported = await tollkeeper(['audit', 'export', '--proof', '--output', file]);
  expect(exported).toMatchObject({ exitCode: 0, stdout: '' });
  for (const source of [file, app.baseUrl]) {
    expect(await audit(source)).toMatchObject({ exitCode: 0, stderr: '' });
  }
  const query = queryDatabase(app.database);
  const id = publicKey.split('+')[0]?.split('/')[1];
  await query(
    `update audit_event set ip = '192.0.2.9' where sequence = 3 and organization_id = $1`,
    [id],
  );
  expect(await audit(file)).toMatchObject({ exitCode: 0 });
  const edited = `${file}.edited`;
  await tollkeeper(['audit', 'export', '--proof', '--output', edited]);
  for (const [source, problem] of [
    [edited, 'Event 3 was edited'],
    [app.baseUrl, 'Event 3 is not what was signed'],
  ] as const) {
    const stderr = expect.stringContaining(problem);
    expect(await audit(source)).toMatchObject({ exitCode: 1, stdout: '', stderr });
  }
  await query('delete from audit_event where sequence = 3 and organization_id = $1', [id]);
  expect(await audit(app.baseUrl)).toMatchObject({
    ...{ exitCode: 1, stderr: expect.stringContaining('Event 3 is missing') },
  });
});

test('a signed-out session is worth nothing, here or on the server', async () => {
  const path = join(configFolder, 'tollkeeper', 'credentials.json');
  const { cookie } = JSON.parse(await readFile(path, 'utf8'));
  expect((await spawned(['logout'])).exitCode).toBe(0);
  expect((await spawned(['whoami'])).exitCode).toBe(3);
  expect((await fetch(`${app.baseUrl}/v1/whoami`, { headers: { cookie } })).status).toBe(401);
});

function verify(key: string) {
  return tollkeeper(['verify', '--key-stdin'], { stdin: key });
}

function withKey(key: string, args: string[]) {
  return tollkeeper(args, { env: { TOLLKEEPER_API_KEY: key }, stdin: key });
}

function tollkeeper(args: readonly string[], given: Given = {}) {
  return runCommand(args, withSession(given));
}

/** In a process of its own. */
function spawned(args: readonly string[], given: Given = {}) {
  return start(args, given).ended;
}

function start(args: readonly string[], given: Given = {}) {
  return startCommand(args, withSession(given));
}

function withSession({ stdin, env }: Given): Given {
  return { stdin, env: { XDG_CONFIG_HOME: configFolder, ...env } };
}
