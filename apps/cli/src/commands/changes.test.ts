/** What the commands send where a mistake would be dear. */
import { expect, test } from 'vitest';
import {
  createApi,
  createGateway,
  createKey,
  createMember,
  IDENTITY,
  SECRET,
} from '../testing/fake-api.ts';
import { createHome, type Given, runCommand } from '../testing/run-command.ts';
import { COMMANDS } from './index.ts';

const env = { TOLLKEEPER_API_KEY: SECRET };
const list = (...data: object[]) => ({ data, nextCursor: null });
const gone = () => new Response(null, { status: 204 });
const terminal = { columns: 80 };

async function tollkeeper(argv: readonly string[], given: Given = {}) {
  await using home = await createHome();
  return runCommand(home.homeFolder, argv, { env, ...given });
}

test('a key that never expires is asked for as such', async () => {
  const api = createApi({ 'POST /v1/api-keys': { ...createKey(1), secret: SECRET } });
  await tollkeeper(['keys', 'create', 'ci-1', '--expires', 'never'], { fetch: api.fetch });
  expect(api.seen[0]?.body).toMatchObject({ expiresAt: null });
});

test('a transfer changes nothing where nobody can confirm it, and says so in JSON alone', async () => {
  const argv = ['organization', 'transfer', 'eve@example.com', '--json'];
  const { exitCode, stdout, stderr } = await tollkeeper(argv);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  expect(JSON.parse(stderr)).toMatchObject({ code: 'usage' });
});

test('whatever cannot be undone asks first, and each idea has one verb', async () => {
  const ends = /^(delete|remove|revoke|withdraw|transfer)$/;
  for (const { name, load } of COMMANDS) {
    const loaded = await load();
    for (const verb of 'verbs' in loaded ? loaded.verbs : []) {
      const called = `${name} ${verb.name}`;
      if (ends.test(verb.name)) expect(Object.keys(verb.options), called).toContain('yes');
      // Its plan is not edited, but another one is chosen in its place.
      if (called === 'billing change') continue;
      expect(verb.name, called).not.toMatch(/^(edit|set|change|rename|label|role)$/);
    }
  }
});

test.each([
  [['roles', 'delete', 'Guest'], 'GET /v1/roles'],
  [['invitations', 'withdraw', 'eve@example.com'], 'GET /v1/invitations'],
  [['join-keys', 'delete', 'gateway'], 'GET /v1/join-keys'],
])('%j changes nothing where nobody can confirm it', async (argv, read) => {
  const createdBy = { memberId: `mem_${'0'.repeat(20)}`, name: 'Ada', email: 'ada@example.com' };
  const times = { createdAt: '2026-11-23T07:57:00.000Z', expiresAt: '2026-11-24T07:57:00.000Z' };
  const things: Record<string, object> = {
    'GET /v1/roles': {
      ...{ id: `role_${'0'.repeat(20)}`, name: 'Guest', description: '', builtIn: false },
      ...{ scopes: [], membersCount: 0, etag: 'etag-1' },
    },
    'GET /v1/invitations': {
      ...{ id: `inv_${'0'.repeat(20)}`, email: 'eve@example.com', roleId: 'role_viewer' },
      ...{ roleName: 'Viewer', invitedBy: createdBy, createdByKey: null, status: 'active' },
      ...{ blockedBy: null, mailFailedAt: null, ...times },
    },
    'GET /v1/join-keys': {
      ...{ id: `jk_${'0'.repeat(20)}`, name: 'gateway', prefix: 'tk_join_a1b2', labels: {} },
      ...{ workspaceId: WORKSPACE.id, status: 'active', blockedBy: null, usesMax: 1 },
      ...{ usesCount: 0, createdBy, createdByKey: null, lastUsedAt: null, ...times },
    },
  };
  const api = createApi({ [read]: list(things[read] ?? {}) });
  const { exitCode, stderr } = await tollkeeper(argv, { fetch: api.fetch });
  expect(stderr).toContain('Add --yes.');
  expect(exitCode).toBe(2);
  expect(api.seen.map(({ method }) => method)).toEqual(['GET']);
});

const WORKSPACE = {
  id: `ws_${'0'.repeat(20)}`,
  name: 'staging',
  environment: 'test',
  keysCount: 0,
  gatewaysCount: 0,
  joinKeysCount: 0,
  createdAt: '2026-11-23T07:57:00.000Z',
  etag: 'etag-1',
};

test.each([
  [{}, {}],
  [{ keysCount: 2 }, { name: 'staging' }],
  [{ gatewaysCount: 1 }, { name: 'staging' }],
  [{ joinKeysCount: 1 }, { name: 'staging' }],
])('a workspace with %j is deleted with the body %j', async (contents, body) => {
  const api = createApi({
    'GET /v1/workspaces': list({ ...WORKSPACE, ...contents }),
    [`DELETE /v1/workspaces/${WORKSPACE.id}`]: gone(),
  });
  const argv = ['workspaces', 'delete', 'staging', '--yes'];
  expect((await tollkeeper(argv, { fetch: api.fetch })).exitCode).toBe(0);
  expect(api.seen[1]?.body).toEqual(body);
});

test.each([
  ['eve@example.com\r', 0, 1],
  ['Eve\r', 2, 0],
])('removing a member on a terminal wants the email: %j', async (stdin, expected, removals) => {
  const eve = createMember(1, { name: 'Eve', email: 'eve@example.com' });
  const ada = createMember(0, { email: 'ada@example.com' });
  const api = createApi({
    'GET /v1/members': list(eve, ada),
    [`DELETE /v1/members/${eve.id}`]: gone(),
  });
  const argv = ['members', 'remove', 'Eve', '--hand-over-to', 'ada@example.com'];
  const { exitCode } = await tollkeeper(argv, { fetch: api.fetch, stdin, terminal });
  expect(exitCode).toBe(expected);
  const sent = api.seen.filter(({ method }) => method === 'DELETE');
  expect(sent.map(({ query }) => query.get('handOverTo'))).toEqual(Array(removals).fill(ada.id));
});

test('deleting the organization without a terminal asks the server nothing', async () => {
  const api = createApi({});
  const { exitCode, stderr } = await tollkeeper(['organization', 'delete'], { fetch: api.fetch });
  expect(exitCode).toBe(2);
  expect(stderr).toContain('--name');
  expect(api.seen).toEqual([]);
});

test.each([
  ['members', 'remove', 'Eve'],
  ['workspaces', 'delete', 'staging'],
  ['keys', 'delete', 'ci-1'],
  ['keys', 'revoke', 'ci-1'],
  ['gateways', 'remove', 'edge'],
])('%s %s %s refuses an unknown name before it asks for --yes', async (...argv) => {
  const none = { data: [], nextCursor: null };
  const api = createApi({
    'GET /v1/api-keys': { ...none, totalCount: 0 },
    'GET /v1/gateways': none,
    'GET /v1/members': none,
    'GET /v1/workspaces': none,
  });
  const { exitCode, stderr } = await tollkeeper(argv, { fetch: api.fetch });
  expect([exitCode, stderr]).toEqual([5, expect.not.stringContaining('--yes')]);
});

test('the organization is deleted only under its own name', async () => {
  const api = createApi({ 'GET /v1/whoami': IDENTITY, 'DELETE /v1/organization': gone() });
  const remove = (name: string) =>
    tollkeeper(['organization', 'delete', '--name', name], { fetch: api.fetch });
  expect((await remove('acme')).exitCode).toBe(2);
  expect(api.seen.some(({ method }) => method === 'DELETE')).toBe(false);
  expect((await remove('Acme')).exitCode).toBe(0);
  expect(api.seen.at(-1)?.body).toEqual({ name: 'Acme' });

  const typed = { terminal: { columns: 80 }, stdin: 'another\n' };
  const asked = await tollkeeper(['organization', 'delete'], { fetch: api.fetch, ...typed });
  expect(asked.stderr).toContain('A subscription that pays for its plan is canceled at once');
  expect(asked.exitCode).toBe(2);
});

const SETTINGS = {
  keyLifetimeDaysMax: null,
  keyUnusedDaysMax: 30,
  allowedIps: [],
  twoFactorRequired: true,
  sessionHoursMax: 168,
  etag: 'etag-1',
};

test('only the settings that were given are changed; never and any are sent as such', async () => {
  const api = createApi({ 'PATCH /v1/security': SETTINGS });
  const argv = ['security', 'update', '--key-lifetime', 'never', '--key-unused', '30d'];
  await tollkeeper([...argv, '--allow-any-ip', '--two-factor', 'required'], { fetch: api.fetch });
  expect(api.seen[0]?.body).toEqual({
    keyLifetimeDaysMax: null,
    keyUnusedDaysMax: 30,
    allowedIps: [],
    twoFactorRequired: true,
  });
});

test('--dry-run asks for the preview, says what it means and saves nothing', async () => {
  const preview = {
    keysCount: 3,
    membersCount: 0,
    keys: [
      { id: `key_${'0'.repeat(20)}`, name: 'ci', prefix: 'tk_live_a1b2', effects: ['expires_now'] },
    ],
    members: [],
    excludesYou: true,
  };
  const api = createApi({ 'POST /v1/security/preview': preview });
  const argv = [
    'security',
    'update',
    '--key-lifetime',
    '1',
    '--allow-ip',
    '10.0.0.0/8',
    '--dry-run',
  ];
  const { stdout, stderr } = await tollkeeper(argv, { fetch: api.fetch });
  expect(stdout).toContain('3 keys and 0 members');
  expect(stdout).toMatch(/ci \(tk_live_a1b2…\) +expires now/);
  expect(stderr).toContain('2 more are not listed');
  expect(stderr).toContain('leave out your own address');
  expect(stderr).toContain('apply to all keys and sessions');
  expect(api.seen.map(({ path }) => path)).toEqual(['/v1/security/preview']);
});

test('labels of a gateway that was edited meanwhile are refused with what they are now', async () => {
  const gateway = createGateway(1);
  const problem = { type: 'about:blank', title: 'No', status: 412, code: 'edit_conflict' };
  const api = createApi({
    'GET /v1/gateways': list(gateway),
    [`PATCH /v1/gateways/${gateway.id}`]: Response.json(
      { ...problem, detail: 'No.', requestId: 'r' },
      { status: 412 },
    ),
    [`GET /v1/gateways/${gateway.id}`]: { ...gateway, labels: { region: 'us-2' }, draining: true },
  });
  const argv = ['gateways', 'update', 'edge-1', '--add-label', 'tier=a'];
  const { exitCode, stderr } = await tollkeeper(argv, { fetch: api.fetch });
  expect(exitCode).toBe(6);
  expect(stderr).toBe('No.\n  Labels: now region=us-2\n  Draining: now yes\nRequest r\n');
});

test('an invitation leaves its link alone on standard output; a lost link is reported', async () => {
  const invitation = {
    id: `inv_${'0'.repeat(20)}`,
    email: 'eve@example.com',
    roleId: 'role_viewer',
    roleName: 'Viewer',
    invitedBy: { memberId: createMember(0).id, name: 'Ada', email: 'ada@example.com' },
    createdByKey: null,
    status: 'active',
    blockedBy: null,
    mailFailedAt: null,
    createdAt: '2026-11-23T07:57:00.000Z',
    expiresAt: '2026-11-30T07:57:00.000Z',
    sent: false,
  };
  const link = 'http://h/accept-invitation#token=1';
  const api = createApi({ 'POST /v1/invitations': [{ ...invitation, link }, invitation] });
  const argv = ['invitations', 'create', 'eve@example.com', '--role', 'role_viewer'];
  const shown = await tollkeeper(argv, { fetch: api.fetch });
  expect(shown).toMatchObject({ exitCode: 0, stdout: `${link}\n` });
  const lost = await tollkeeper(argv, { fetch: api.fetch });
  expect(lost).toMatchObject({ exitCode: 1, stdout: '' });
  expect(lost.stderr).toContain(`tollkeeper invitations resend ${invitation.id}`);
});

test('the list says of an invitation that its mail failed, and how to send it again', async () => {
  const invitation = {
    id: `inv_${'0'.repeat(20)}`,
    ...{ email: 'eve@example.com', roleId: 'role_viewer', roleName: 'Viewer' },
    invitedBy: { memberId: createMember(0).id, name: 'Ada', email: 'ada@example.com' },
    ...{ createdByKey: null, status: 'active', blockedBy: null },
    mailFailedAt: '2026-11-23T07:59:00.000Z',
    ...{ createdAt: '2026-11-23T07:57:00.000Z', expiresAt: '2026-11-30T07:57:00.000Z' },
  };
  const api = createApi({ 'GET /v1/invitations': list(invitation) });
  const { stdout, stderr } = await tollkeeper(['invitations', 'list'], { fetch: api.fetch });
  expect(stdout).toContain('● mail failed');
  expect(stderr).toContain(`run "tollkeeper invitations resend ${invitation.id}"`);
});
