/** `log-streams`: what it sends, and what a person then reads. */
import { expect, test } from 'vitest';
import { createApi, SECRET } from '../testing/fake-api.ts';
import { createHome, type Given, runCommand } from '../testing/run-command.ts';

const env = { TOLLKEEPER_API_KEY: SECRET, TOLLKEEPER_URL: 'http://toll:7420' };
const PATH = '/v1/log-streams';
const STREAM = {
  id: `lst_${'0'.repeat(20)}`,
  ...{ name: 'Splunk', destination: 'splunk', format: 'native', url: 'https://splunk.example/' },
  ...{ site: null, index: null, tags: null, bucket: null, region: null, prefix: null },
  ...{ accessKeyId: null, header: null, hasSecret: true, status: 'enabled', health: 'healthy' },
  ...{ failingSince: null, lastProblem: null, nextAttemptAt: null, sequence: 7, backlogCount: 3 },
  ...{ lagSeconds: 12, prunedCount: 0, rejectedCount: 0, lastDeliveredAt: null },
  createdBy: { memberId: `mem_${'0'.repeat(20)}`, name: 'Ada', email: null },
  ...{ createdByKey: null, createdAt: '2026-11-23T08:00:00.000Z', etag: 'etag-1' },
};
const one = { data: [STREAM], nextCursor: null };

async function tollkeeper(argv: readonly string[], given: Given = {}) {
  await using home = await createHome();
  return runCommand(home.homeFolder, argv, { env, ...given });
}

test('a new stream has its secret from standard input, and shows it nowhere', async () => {
  const api = createApi({ [`POST ${PATH}`]: STREAM });
  const argv = ['log-streams', 'create', 'Splunk', 'splunk', '--url', 'https://splunk.example/'];
  const { stdout, stderr } = await tollkeeper([...argv, '--index', 'audit'], {
    fetch: api.fetch,
    stdin: 'hec-token\n',
  });
  expect(stdout).toBe(`Created "Splunk" (${STREAM.id}).\n`);
  expect(stdout + stderr).not.toContain('hec-token');
  expect(api.seen[0]?.body).toEqual({
    ...{ name: 'Splunk', destination: 'splunk', url: 'https://splunk.example/', index: 'audit' },
    secret: 'hec-token',
  });
});

test('a destination that needs no secret asks for none and says so, and an unknown one is refused', async () => {
  const api = createApi({ [`POST ${PATH}`]: { ...STREAM, hasSecret: false } });
  const argv = ['log-streams', 'create', 'Collector', 'otlp', '--url', 'https://otel.example/'];
  const created = await tollkeeper([...argv, '--start-at', 'now'], { fetch: api.fetch });
  expect(created.stderr).toContain('It sends without a secret.');
  expect(api.seen[0]?.body).toMatchObject({ destination: 'otlp', startAt: 'now' });
  const { exitCode, stderr } = await tollkeeper(['log-streams', 'create', 'X', 'syslog']);
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining('splunk, datadog, otlp')]);
});

test('the list shows health, backlog, lag and loss', async () => {
  const failing = {
    ...STREAM,
    name: 'Failing',
    health: 'failing',
    prunedCount: 4,
    rejectedCount: 1,
    lagSeconds: 606_055,
  };
  const api = createApi({ [`GET ${PATH}`]: { ...one, data: [STREAM, failing] } });
  const { stdout } = await tollkeeper(['log-streams', 'list'], {
    fetch: api.fetch,
    terminal: { columns: 160 },
  });
  expect(stdout).toMatch(/Splunk +● healthy +splunk https:\/\/splunk.example\/ +3 +12 s +0 +never/);
  expect(stdout).toMatch(/Failing +● failing .* 7 days +5 +never/);
});

test('a test prints what the destination answered', async () => {
  const answer = {
    ...{ eventId: `evt_${'0'.repeat(20)}`, durationMs: 15, status: 403, note: null },
    ...{ problem: 'It answered with status 403. Check the token.', responseBody: '{"code":4}' },
  };
  const api = createApi({ [`GET ${PATH}`]: one, [`POST ${PATH}/${STREAM.id}/test`]: answer });
  const { stdout, stderr } = await tollkeeper(['log-streams', 'test', 'Splunk'], {
    fetch: api.fetch,
  });
  expect(stdout).toBe('It answered with status 403. Check the token.\n');
  expect(stderr).toContain('{"code":4}');
});

test('an edit takes away a setting that is given empty, and a secret where that is said', async () => {
  const api = createApi({
    [`GET ${PATH}`]: one,
    [`GET ${PATH}/${STREAM.id}`]: STREAM,
    [`PATCH ${PATH}/${STREAM.id}`]: STREAM,
  });
  const argv = ['log-streams', 'update', 'Splunk', '--index', '', '--name', 'Other'];
  await tollkeeper(argv, { fetch: api.fetch });
  expect(api.seen.at(-1)?.body).toEqual({ name: 'Other', index: null });
  await tollkeeper(['log-streams', 'update', STREAM.id, '--without-secret'], { fetch: api.fetch });
  expect(api.seen.at(-1)?.body).toEqual({ secret: null });
});

test('an edit that changes nothing is refused', async () => {
  const { exitCode } = await tollkeeper(['log-streams', 'update', 'Splunk']);
  expect(exitCode).toBe(2);
});
