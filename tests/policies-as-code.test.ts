/** Policies in files, pulled, compared and applied against a real control plane. */
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Client } from '../apps/control-plane/src/testing/client.ts';
import { claimServer, startTestApp } from '../apps/control-plane/src/testing/test-app.ts';
import { runCommand } from './command-line.fixture.ts';

const PERMIT = 'permit (principal, action, resource);';
const FORBID = 'forbid (principal, action, resource)\r\nwhen { context.path == "/ä" };\n';

let url: string;
let owner: Client;
let root: string;
let ownerKey: string;
let workspace: { id: string; name: string };
/** Folder of the workspace. */
let place: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'tollkeeper-policies-'));
  const app = await startTestApp();
  url = app.baseUrl;
  owner = await claimServer(app);
  const { body } = await owner.get<{ data: (typeof workspace)[] }>('/v1/workspaces');
  workspace = body.data[0] ?? { id: '', name: '' };
  place = join(root, workspace.name.toLowerCase());
  ownerKey = await createKey(SCOPES);
});

afterEach(() => rm(root, { recursive: true, force: true }));

const SCOPES = [
  ...['policies.read', 'policies.create', 'policies.edit', 'policies.delete'],
  ...['workspaces.read', 'security.manage'],
];

test('what was pulled differs in nothing, and applying it changes nothing', async () => {
  await create({ name: 'Büro/../only', text: FORBID, mode: 'shadow', description: 'a: b' });
  await create({ name: 'Everywhere', text: `\n// status: x\n${PERMIT}`, workspaceId: null });
  const pulled = await policies('pull');
  expect(pulled).toMatchObject({ exitCode: 0 });
  expect(await readdir(root)).toEqual(['_organization', workspace.name.toLowerCase()]);
  expect(await readdir(place)).toEqual(['allow-keys-with-apis-call.cedar', 'buro-only.cedar']);
  expect(await readFile(join(place, 'buro-only.cedar'), 'utf8')).toBe(
    `// name: Büro/../only\n// description: a: b\n// mode: shadow\n\n${FORBID}`,
  );
  const before = await savedPolicies();
  expect(await policies('diff')).toMatchObject({ exitCode: 0, stdout: '' });
  expect(await policies('pull')).toMatchObject({ exitCode: 0, stdout: '' });
  expect(await policies('apply')).toMatchObject({ exitCode: 0, stdout: '' });
  expect(await savedPolicies()).toEqual(before);
});

test('files create, change, disable and delete policies, once', async () => {
  await create({ name: 'Gone', text: PERMIT });
  await policies('pull');
  await rm(join(place, 'gone.cedar'));
  const allow = join(place, 'allow-keys-with-apis-call.cedar');
  await writeFile(allow, `// name: Allow keys with apis.call\n// status: disabled\n\n${FORBID}`);
  await writeFile(join(place, 'new.cedar'), `// name: New\r\n\r\n${PERMIT}`);

  const different = await policies('diff');
  expect(different.exitCode).toBe(2);
  expect(different.stdout).toContain(`\n-${PERMIT}\n`);
  expect(different.stdout).toContain('\n+// status: disabled\n');
  const before = await savedPolicies();
  const planned = await policies('apply', '--delete', '--dry-run');
  expect(planned).toMatchObject({
    exitCode: 2,
    stdout: expect.stringMatching(/^delete .*"Gone"/m),
  });
  expect(await policies('apply', '--delete')).toMatchObject({ exitCode: 2, stdout: '' });
  expect(await savedPolicies()).toEqual(before);

  const applied = await policies('apply', '--delete', '--yes', '--json');
  expect(JSON.parse(applied.stdout).changes).toMatchObject([
    { action: 'update', fields: ['description', 'status', 'text'] },
    { action: 'create', name: 'New', workspaceId: workspace.id },
    { action: 'delete', name: 'Gone' },
  ]);
  expect(await savedPolicies()).toMatchObject([
    { name: 'Allow keys with apis.call', status: 'disabled', version: 2 },
    { name: 'New', status: 'enabled', version: 1 },
  ]);
  expect((await policies('diff')).exitCode).toBe(0);
  for (const options of [[], ['--dry-run']]) {
    const again = await policies('apply', '--delete', ...options);
    expect(again).toMatchObject({ exitCode: 0, stdout: '' });
  }

  await writeFile(allow, `// name: Allow keys with apis.call\n\n${FORBID}`);
  expect((await policies('apply')).stdout).toContain(': status\n');
  expect(await savedPolicies()).toMatchObject([{ status: 'enabled', version: 2 }, {}]);
});

test('deletes nothing unless asked, here or on the server', async () => {
  await policies('pull');
  await writeFile(join(place, 'new.cedar'), `// name: New\n\n${PERMIT}`);
  await rm(join(place, 'allow-keys-with-apis-call.cedar'));
  expect((await policies('apply')).stderr).toContain('no file has it: "Allow keys with apis.call"');
  expect(await savedPolicies()).toMatchObject([{ name: 'Allow keys with apis.call' }, {}]);
  await writeFile(join(place, 'local.cedar'), `// name: Local\n\n${PERMIT}`);
  expect((await policies('pull')).stderr).toContain(
    'local.cedar: the server has no policy "Local"',
  );
  expect(await readdir(place)).toContain('local.cedar');
  await policies('pull', '--delete', '--dry-run');
  expect(await readdir(place)).toContain('local.cedar');
  await policies('pull', '--delete');
  expect(await readdir(place)).toEqual(['allow-keys-with-apis-call.cedar', 'new.cedar']);
});

test('an empty folder does not delete every policy', async () => {
  const { exitCode, stderr } = await policies('apply', '--delete', '--yes');
  expect({ exitCode, stderr }).toEqual({
    exitCode: 2,
    stderr: `There are no policies in the folder "${root}".\n`,
  });
  expect(await savedPolicies()).toHaveLength(1);
});

test('one invalid text changes nothing, and is named by its place', async () => {
  await policies('pull');
  await writeFile(join(place, 'a.cedar'), `// name: A\n\n${PERMIT}`);
  await writeFile(join(place, 'b.cedar'), `// name: B\n// mode: shadow\n\n${PERMIT}\npermit (x`);
  await writeFile(join(place, 'c.cedar'), `// name: C\n\n${PERMIT} // \u202e`);
  const twice = join(place, 'd.cedar');
  await writeFile(twice, `// name: a\n\n${PERMIT}`);
  expect((await policies('apply')).stderr).toContain(`${twice}:1:1: "a.cedar" has the name "a"`);
  await rm(twice);
  const { exitCode, stderr } = await policies('apply');
  expect(exitCode).toBe(9);
  expect(stderr).toContain(`${join(place, 'b.cedar')}:5:10: `);
  expect(stderr).toContain(`${join(place, 'c.cedar')}:3:1: `);
  expect(stderr).toContain('There are 2 errors in the policies. Nothing was changed.');
  expect(await savedPolicies()).toHaveLength(1);
});

test('symbolic links are refused, and not followed', async () => {
  await policies('pull');
  const outside = join(root, '.outside');
  await writeFile(outside, `// name: Outside\n\n${PERMIT}`);
  await symlink(outside, join(place, 'link.cedar'));
  const { exitCode, stderr } = await policies('apply');
  expect(exitCode).toBe(9);
  expect(stderr).toContain('link.cedar:1:1: It is a symbolic link');

  await rm(place, { recursive: true });
  await mkdir(join(root, '.elsewhere'));
  await symlink(join(root, '.elsewhere'), place);
  expect((await policies('pull')).exitCode).toBe(2);
  expect(await readdir(join(root, '.elsewhere'))).toEqual([]);
});

test('more than 200 files, and folders of no workspace, are refused', async () => {
  await mkdir(join(root, 'elsewhere'));
  await writeFile(join(root, 'elsewhere', 'a.cedar'), `// name: A\n\n${PERMIT}`);
  expect(await policies('diff')).toMatchObject({ exitCode: 5 });
  expect((await policies('pull', '--workspace', workspace.name)).exitCode).toBe(0);
  for (let i = 0; i < 200; i += 1) {
    await writeFile(join(place, `${i}.cedar`), `// name: ${i}\n\n${PERMIT}`);
  }
  const { exitCode, stderr } = await policies('apply', '--workspace', workspace.name);
  expect(exitCode).toBe(2);
  expect(stderr).toContain('more than 200 policies');
});

test('a missing scope is named before anything changes', async () => {
  await policies('pull');
  await mkdir(join(root, '_organization'));
  await writeFile(join(root, '_organization', 'a.cedar'), `// name: A\n\n${PERMIT}`);
  await writeFile(join(place, 'b.cedar'), `// name: B\n\n${PERMIT}`);
  const writer = await createKey(SCOPES.filter((scope) => scope !== 'security.manage'));
  const refused = await withKey(writer, 'apply');
  expect(refused.exitCode).toBe(4);
  expect(refused.stderr).toContain('Policies of the organization need "security.manage"');
  expect(await savedPolicies()).toHaveLength(1);
  expect((await withKey(writer, 'apply', '--workspace', workspace.id)).exitCode).toBe(0);
  const reader = await createKey(['policies.read', 'workspaces.read']);
  expect(await withKey(reader, 'diff')).toMatchObject({ exitCode: 2 });
  expect((await withKey(reader, 'apply', '--dry-run')).exitCode).toBe(2);
});

async function create(body: Record<string, unknown>): Promise<void> {
  const { status } = await owner.post('/v1/policies', { workspaceId: workspace.id, ...body });
  expect(status).toBe(201);
}

async function savedPolicies() {
  const { body } = await owner.get<{ data: { name: string }[] }>('/v1/policies');
  return body.data.toSorted((a, b) => a.name.localeCompare(b.name));
}

let keys = 0;

async function createKey(scopes: readonly string[]): Promise<string> {
  keys += 1;
  const body = { name: `key-${keys}`, profile: 'custom', scopes, expiresAt: null };
  const { body: key } = await owner.post<{ secret: string }>('/v1/api-keys', body);
  return key.secret;
}

function policies(verb: string, ...options: string[]) {
  return withKey(ownerKey, verb, ...options);
}

function withKey(key: string, verb: string, ...options: string[]) {
  const env = { TOLLKEEPER_URL: url, TOLLKEEPER_API_KEY: key };
  return runCommand(['policies', verb, '-f', root, ...options], { env });
}
