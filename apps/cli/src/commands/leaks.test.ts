import type { Leak } from '@tollkeeper/contract';
import { HOSTILE_NAMES, HOSTILE_TEXTS } from '@tollkeeper/contract/testing';
import { expect, test } from 'vitest';
import { createApi, SECRET } from '../testing/fake-api.ts';
import { createHome, runCommand } from '../testing/run-command.ts';

const ID = `leak_${'0'.repeat(20)}`;
const LOGIN = { TOLLKEEPER_URL: 'http://127.0.0.1:1', TOLLKEEPER_API_KEY: SECRET };

function leakOf(more: Partial<Leak> = {}): Leak {
  return {
    id: ID,
    key: { id: `key_${'0'.repeat(20)}`, name: 'ci', prefix: 'tk_live_abcd', canary: false },
    ...{ reporter: 'github', reportedBy: null, url: 'https://a.example/x', source: 'commit' },
    ...{ action: 'disabled', status: 'open', furtherReports: 0, note: null },
    ...{ createdAt: '2027-01-31T12:00:00.000Z', closedAt: null, closedBy: null },
    ...more,
  };
}

async function run(args: readonly string[], answers: Parameters<typeof createApi>[0]) {
  await using home = await createHome();
  const { fetch, seen } = createApi(answers);
  const result = await runCommand(home.homeFolder, ['leaks', ...args], { fetch, env: LOGIN });
  return { ...result, seen };
}

test('lists reports with what was done', async () => {
  const answers = { 'GET /v1/leaks': { data: [leakOf()], nextCursor: null } };
  const { exitCode, stdout } = await run(['list'], answers);
  expect(exitCode).toBe(0);
  for (const text of ['ci', 'open', 'disabled', 'github']) expect(stdout).toContain(text);
});

test('shows hostile places as inert text', async () => {
  for (const { text } of [...HOSTILE_NAMES, ...HOSTILE_TEXTS]) {
    const leak = leakOf({ url: text, source: text, note: text });
    const { stdout } = await run(['show', ID], { [`GET /v1/leaks/${ID}`]: leak });
    expect(stdout.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202e\u2066\u2028\u2029]/u);
  }
});

test('closes a report with a note', async () => {
  const answers = { [`POST /v1/leaks/${ID}/resolve`]: leakOf({ status: 'resolved' }) };
  const { exitCode, seen } = await run(['resolve', ID, '--note', 'rotated'], answers);
  expect([exitCode, seen[0]?.body]).toEqual([0, { note: 'rotated' }]);
});

test('changes one response, and leaves the other as it is', async () => {
  const path = '/v1/integrations/leak-response';
  const { seen } = await run(['response', '--live', 'revoke'], {
    [`PATCH ${path}`]: { live: 'revoke', test: 'warn', etag: 'etag-1' },
  });
  expect(seen.map(({ body }) => body)).toEqual([{ live: 'revoke' }]);
});
