/** `audit`: what it sends, and what a person then reads. */
import type { AuditEventView } from '@tollkeeper/contract';
import { expect, test } from 'vitest';
import { createApi, SECRET } from '../testing/fake-api.ts';
import { createHome, type Given, runCommand } from '../testing/run-command.ts';
import { diffOf } from './audit/show-event.ts';

const env = { TOLLKEEPER_API_KEY: SECRET, TOLLKEEPER_URL: 'http://toll:7420' };
const ID = `evt_${'0'.repeat(20)}`;

async function tollkeeper(argv: readonly string[], given: Given = {}) {
  await using home = await createHome();
  return runCommand(home.homeFolder, argv, { env, ...given });
}

function eventOf(sequence: number, more: Partial<AuditEventView> = {}): AuditEventView {
  return {
    ...{ id: ID, organizationId: `org_${'0'.repeat(20)}`, sequence },
    at: '2026-11-23T07:57:00.000Z',
    actor: { type: 'key', memberId: `mem_${'0'.repeat(20)}`, keyId: `key_${'0'.repeat(20)}` },
    actorName: 'deployer',
    action: 'api_key.update',
    target: { type: 'api_key', id: `key_${'1'.repeat(20)}`, name: `ci-${sequence}` },
    before: { name: 'ci-0', tags: ['a'], status: 'active' },
    after: { name: `ci-${sequence}`, tags: ['a'], status: 'active' },
    ...{ ip: '192.0.2.1', userAgent: null, requestId: 'req_1' },
    ...more,
  };
}

function refused(code: string, status: number): Response {
  const problem = { type: `urn:tollkeeper:error:${code}`, title: code, status, code };
  return Response.json({ ...problem, detail: `It is ${code}.`, requestId: 'req_1' }, { status });
}

const page = (...data: AuditEventView[]) => ({ data, nextCursor: null });

test('list sends every filter, and shows who did what to what', async () => {
  const api = createApi({ 'GET /v1/audit-events': page(eventOf(1)) });
  const filters = [
    ...['--actor', `mem_${'1'.repeat(20)}`, '--action', 'api_key.*', '--target-type', 'api_key'],
    ...['--target', 'key_1', '--from', '2026-11-01', '--ip', '192.0.2.1', '--request', 'req_1'],
    ...['--search', 'ci', '--limit', '7'],
  ];
  const { exitCode, stdout } = await tollkeeper(['audit', 'list', ...filters], {
    fetch: api.fetch,
  });
  expect(exitCode).toBe(0);
  expect(Object.fromEntries(api.seen[0]?.query ?? [])).toEqual({
    ...{ actorId: `mem_${'1'.repeat(20)}`, action: 'api_key.*', targetType: 'api_key' },
    ...{ targetId: 'key_1', from: '2026-11-01T00:00:00.000Z', ip: '192.0.2.1' },
    ...{ requestId: 'req_1', search: 'ci', limit: '7' },
  });
  expect(stdout).toContain('api_key.update');
  expect(stdout).toContain('API key "ci-1"');
  expect(stdout).toContain('deployer (API key)');
});

test.each([
  ['foo.*', 'No group of actions has this name; the nearest is "role.*".'],
  ['api_keys.*', 'No group of actions has this name; the nearest is "api_key.*".'],
  ['api_key.revok', 'No action has this name; the nearest is "api_key.revoke".'],
  ['api_key', 'No action has this name; the nearest is "api_key.*".'],
])('list refuses the action %s, which no event has', async (action, text) => {
  const api = createApi({});
  const { exitCode, stderr } = await tollkeeper(['audit', 'list', '--action', action], {
    fetch: api.fetch,
  });
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining(text)]);
  expect(api.seen).toEqual([]);
});

test('follow prints the newest events in order, then each other one once, also while the server restarts', async () => {
  const away = new Error('refused');
  const api = createApi({
    'GET /v1/audit-events': [
      { data: [], nextCursor: 'end' },
      page(eventOf(4), eventOf(3)),
      // More had come meanwhile than the list above takes.
      { data: [eventOf(2), eventOf(3), eventOf(4), eventOf(5)], nextCursor: 'abc' },
      { data: [], nextCursor: 'abd' },
      ...[away, away, refused('unavailable', 503), away, away],
      { data: [eventOf(6)], nextCursor: 'abe' },
      refused('unauthenticated', 401),
    ],
  });
  const { stdout, stderr, exitCode } = await tollkeeper(['audit', 'list', '--follow', '--json'], {
    fetch: api.fetch,
  });
  const sequences = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).sequence);
  expect(sequences).toEqual([3, 4, 2, 5, 6]);
  expect(api.seen.map(({ query }) => query.get('cursor'))).toEqual([
    ...[null, null, 'end', 'abc', ...Array(6).fill('abd'), 'abe'],
  ]);
  expect(exitCode).toBe(3);
  expect(stderr.match(/Cannot reach|Waiting|again/g)).toEqual(['Cannot reach', 'Waiting', 'again']);
  expect(api.seen[2]?.query.get('from')).toBeNull();
});

test('show prints what changed, and leaves out what stayed', async () => {
  const api = createApi({ [`GET /v1/audit-events/${ID}`]: eventOf(1) });
  const { stdout } = await tollkeeper(['audit', 'show', ID], { fetch: api.fetch });
  expect(stdout).toContain('- name: ci-0\n+ name: ci-1\n');
  expect(stdout).not.toContain('tags');
});

test('the diff of a text names the lines that differ', () => {
  const before = { text: 'permit (principal, action, resource);\nforbid (a);' };
  const after = { text: 'permit (principal, action, resource);\nforbid (b);', mode: 'shadow' };
  expect(diffOf({ before, after })).toEqual([
    ...['  text:', '    permit (principal, action, resource);', '-   forbid (a);'],
    ...['+   forbid (b);', '+ mode: shadow'],
  ]);
  expect(diffOf({ before: null, after: null })).toEqual([]);
});

test('log shows the key of the log, and what is wrong with its outside witnesses', async () => {
  const witness = { name: 'witness.example/w1', size: 7, alarm: null, problem: null };
  const silent = { name: 'other.example', size: 0, cosignedAt: null, alarm: null };
  const api = createApi({
    'GET /v1/audit-log': {
      ...{ origin: 'toll/org_1', publicKey: 'toll/org_1+0a0b0c0d+AQ==', size: 7, rootHash: null },
      ...{ checkpointAt: '2026-11-23T07:57:00.000Z', retentionDays: null, firstSequence: 1 },
      witnesses: [
        { ...witness, cosignedAt: '2026-11-23T07:57:00.000Z' },
        { ...silent, problem: 'It cannot be reached.' },
      ],
      problem: null,
    },
  });
  const { exitCode, stdout } = await tollkeeper(['audit', 'log'], { fetch: api.fetch });
  expect(exitCode).toBe(0);
  expect(stdout).toContain('toll/org_1+0a0b0c0d+AQ==');
  expect(stdout).toMatch(/witness\.example\/w1 cosigned 7 events/);
  expect(stdout).toContain('other.example has cosigned nothing yet. It cannot be reached.');
});

test('retention asks before it lets events be deleted, and not before they are kept', async () => {
  const saved = { retentionDays: 90, firstSequence: 1 };
  const api = createApi({ 'PATCH /v1/audit-log': saved });
  const set = (...argv: string[]) => ({
    nobody: () => tollkeeper(['audit', 'retention', ...argv], { fetch: api.fetch }),
    person: (answer: string) =>
      tollkeeper(['audit', 'retention', ...argv], {
        ...{ fetch: api.fetch, terminal: { columns: 80 }, stdin: [answer] },
      }),
  });
  expect((await set('90').nobody()).stderr).toContain('Add --yes');
  expect((await set('90').person('n\n')).stderr).toContain('Nothing was changed');
  expect(api.seen).toEqual([]);
  const agreed = await set('90').person('y\n');
  expect(agreed.stderr).toContain('older than 90 days are deleted for good');
  expect(agreed.exitCode).toBe(0);
  await set('90', '--yes').nobody();
  await set('unlimited').nobody();
  expect(api.seen).toHaveLength(3);
});
