/** `webhooks`: what it sends, and what a person then reads. */
import { expect, test } from 'vitest';
import { createApi, SECRET } from '../testing/fake-api.ts';
import { createHome, type Given, runCommand } from '../testing/run-command.ts';

const env = { TOLLKEEPER_API_KEY: SECRET, TOLLKEEPER_URL: 'http://toll:7420' };
const PATH = '/v1/webhook-endpoints';
const ENDPOINT = {
  id: `whe_${'0'.repeat(20)}`,
  ...{ url: 'https://hooks.example/', name: 'Channel', eventTypes: ['*'], signature: 'v1' },
  ...{ publicKey: null, isOrdered: false, status: 'enabled', disabledReason: null },
  ...{ failingSince: null, secretRotatedAt: null, previousSecretUntil: null },
  createdBy: { memberId: `mem_${'0'.repeat(20)}`, name: 'Ada', email: null },
  createdByKey: null,
  ...{
    pendingCount: 3,
    isBehind: false,
    failedCount: 0,
    createdAt: '2026-11-23T08:00:00.000Z',
    etag: 'etag-1',
  },
};
const one = { data: [ENDPOINT], nextCursor: null };

async function tollkeeper(argv: readonly string[], given: Given = {}) {
  await using home = await createHome();
  return runCommand(home.homeFolder, argv, { env, ...given });
}

test('a new endpoint leaves its secret alone on standard output', async () => {
  const api = createApi({ [`POST ${PATH}`]: { ...ENDPOINT, secret: 'whsec_AAAA' } });
  const argv = ['webhooks', 'create', 'Channel', 'https://hooks.example/'];
  const { stdout, stderr } = await tollkeeper(
    [...argv, '--events', 'api_key.*,policy.update', '--signature', 'v1', '--ordered', 'no'],
    { fetch: api.fetch },
  );
  expect(stdout).toBe('whsec_AAAA\n');
  expect(stderr).toContain('shown only once');
  expect(api.seen[0]?.body).toEqual({
    ...{ name: 'Channel', url: 'https://hooks.example/', signature: 'v1', isOrdered: false },
    eventTypes: ['api_key.*', 'policy.update'],
  });
});

test('an endpoint whose secret was lost is reported, with what to do', async () => {
  const api = createApi({ [`POST ${PATH}`]: ENDPOINT });
  const argv = ['webhooks', 'create', 'Channel', 'https://hooks.example/'];
  const { exitCode, stderr } = await tollkeeper(argv, { fetch: api.fetch });
  expect([exitCode, api.seen[0]?.body]).toMatchObject([1, { eventTypes: ['*'] }]);
  expect(stderr).toContain(`tollkeeper webhooks rotate ${ENDPOINT.id}`);
});

test.each([
  ['api_key.made', 'Of this group there are api_key.*, api_key.create, '],
  ['api_keys.*', 'The nearest is "api_key.*".'],
  ['canary', 'Some have it in their name: api_key.use_canary.'],
  ['policy_update', 'The nearest is "policy.update".'],
])('an event type that does not exist is answered by near ones: %s', async (type, near) => {
  const { fetch } = createApi({});
  const argv = ['webhooks', 'create', 'Channel', 'https://hooks.example/', '--events', type];
  const { exitCode, stderr } = await tollkeeper(argv, { fetch });
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining(`"${type}". ${near}`)]);
  expect(stderr.length).toBeLessThan(700);
});

test('an endpoint is found by its name, and a resend says how many', async () => {
  const api = createApi({
    [`GET ${PATH}`]: one,
    [`POST ${PATH}/${ENDPOINT.id}/resend`]: { resentCount: 2 },
  });
  const argv = ['webhooks', 'resend', 'Channel', '--failed-since', '2026-11-23T07:00:00Z'];
  const { stdout } = await tollkeeper(argv, { fetch: api.fetch });
  expect(stdout).toBe('2 events will be sent again to "Channel".\n');
  const failedSince = expect.stringMatching(/^2026-11-23T07:00:00/);
  expect(api.seen.at(-1)?.body).toEqual({ failedSince });
});

test('the list shows what fails and why something is disabled', async () => {
  const failing = { ...ENDPOINT, name: 'Failing', failingSince: '2026-11-23T08:00:00.000Z' };
  const gone = { ...ENDPOINT, name: 'Gone', status: 'disabled', disabledReason: 'gone' };
  const api = createApi({ [`GET ${PATH}`]: { ...one, data: [ENDPOINT, failing, gone] } });
  const { stdout } = await tollkeeper(['webhooks', 'list'], { fetch: api.fetch });
  expect(stdout).toMatch(/Channel +● enabled/);
  expect(stdout).toMatch(/Failing +● failing/);
  expect(stdout).toMatch(/Gone +● disabled \(gone\)/);
});

test('what was sent is listed with its status and its problem', async () => {
  const attempt = {
    ...{ eventId: `evt_${'0'.repeat(20)}`, eventType: 'role.create', number: 2, durationMs: 15 },
    ...{ at: '2026-11-23T08:00:00.000Z', status: 503, request: null, responseBody: 'busy' },
    problem: 'It answered with status 503.',
  };
  const api = createApi({
    [`GET ${PATH}/${ENDPOINT.id}`]: ENDPOINT,
    [`GET ${PATH}/${ENDPOINT.id}/attempts`]: { data: [attempt], nextCursor: null },
  });
  const { stdout } = await tollkeeper(['webhooks', 'attempts', ENDPOINT.id], {
    fetch: api.fetch,
    terminal: { columns: 160 },
  });
  expect(stdout).toMatch(/role\.create +2 +503 +15 ms +It answered with status 503\./);
});

test('the list says where more deliveries are pending, or failed, than were counted', async () => {
  const many = { ...ENDPOINT, pendingCount: 1000, failedCount: 1000 };
  const { fetch } = createApi({ [`GET ${PATH}`]: { data: [many], nextCursor: null } });
  expect((await tollkeeper(['webhooks', 'list'], { fetch })).stdout).toMatch(/1000\+ +1000\+/);
});
