/** `chat-destinations`: what it sends, and what a person then reads. */
import { expect, test } from 'vitest';
import { createApi, SECRET } from '../testing/fake-api.ts';
import { createHome, type Given, runCommand } from '../testing/run-command.ts';

const env = { TOLLKEEPER_API_KEY: SECRET, TOLLKEEPER_URL: 'http://toll:7420' };
const PATH = '/v1/integrations/chat-destinations';
const URL_TEXT = 'https://hooks.slack.com/services/T0/B0/secret';
const DESTINATION = {
  id: `chd_${'0'.repeat(20)}`,
  ...{ name: '#security', service: 'slack', host: 'hooks.slack.com', kinds: ['api_key_leaked'] },
  ...{ status: 'enabled', disabledReason: null, health: 'healthy', failingSince: null },
  ...{ lastProblem: null, nextAttemptAt: null, lastDeliveredAt: null },
  createdBy: { memberId: `mem_${'0'.repeat(20)}`, name: 'Ada', email: null },
  ...{ createdByKey: null, createdAt: '2026-11-23T08:00:00.000Z', etag: 'etag-1' },
};
const one = { data: [DESTINATION], nextCursor: null };

async function tollkeeper(argv: readonly string[], given: Given = {}) {
  await using home = await createHome();
  return runCommand(home.homeFolder, ['chat-destinations', ...argv], { env, ...given });
}

test('a new destination has its URL from standard input, and shows it nowhere', async () => {
  const api = createApi({ [`POST ${PATH}`]: DESTINATION });
  const argv = ['create', '#security', 'slack', '--kinds', 'api_key_leaked'];
  const given = { fetch: api.fetch, stdin: `${URL_TEXT}\n` };
  const { stdout, stderr } = await tollkeeper(argv, given);
  expect(stdout).toBe(`Created "#security" (${DESTINATION.id}) in Slack.\n`);
  expect(stdout + stderr).not.toContain(URL_TEXT);
  expect(api.seen[0]?.body).toEqual({
    ...{ name: '#security', service: 'slack', url: URL_TEXT, kinds: ['api_key_leaked'] },
  });
});

test('the list shows health, service and kinds', async () => {
  const gone = { ...DESTINATION, name: 'Old', health: 'disabled', disabledReason: 'gone' };
  const api = createApi({ [`GET ${PATH}`]: { ...one, data: [DESTINATION, gone] } });
  const given = { fetch: api.fetch, terminal: { columns: 160 } };
  const { stdout } = await tollkeeper(['list'], given);
  expect(stdout).toMatch(/#security +● healthy +slack hooks.slack.com +api_key_leaked +never/);
  expect(stdout).toMatch(/Old +● disabled \(gone\)/);
});

test('a test prints what came of it', async () => {
  const answer = {
    durationMs: 15,
    status: 404,
    problem: 'It answered with status 404 (no_service).',
  };
  const api = createApi({ [`GET ${PATH}`]: one, [`POST ${PATH}/${DESTINATION.id}/test`]: answer });
  const { stdout, stderr } = await tollkeeper(['test', '#security'], { fetch: api.fetch });
  expect([stdout, stderr]).toEqual([`${answer.problem}\n`, expect.stringContaining('Status 404')]);
});

test('an edit that changes nothing, and a kind that is none, are refused', async () => {
  expect((await tollkeeper(['update', '#security'])).exitCode).toBe(2);
  const { exitCode, stderr } = await tollkeeper(['update', '#security', '--kinds', 'weather']);
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining('"weather" is no kind')]);
});
