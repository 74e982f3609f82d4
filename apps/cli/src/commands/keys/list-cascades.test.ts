import { expect, test } from 'vitest';
import { createApi, createKey, SECRET } from '../../testing/fake-api.ts';
import { createHome, runCommand } from '../../testing/run-command.ts';

const key = createKey(1);
const cascade = {
  requestId: 'req_1',
  keysCount: 3,
  keys: [{ id: key.id, name: 'ci-1' }],
  startedBy: { memberId: 'mem_00000000000000000002', name: 'Eve', email: null },
  startedByKey: null,
  startedAt: '2026-11-23T07:57:00.000Z',
  endedCount: 4200,
  stuckAt: null,
};

async function list(data: readonly object[], ...argv: readonly string[]) {
  const api = createApi({
    'GET /v1/api-keys': { data: [key], nextCursor: null, totalCount: 1 },
    'GET /v1/api-keys/cascades': { data },
  });
  await using home = await createHome();
  const given = {
    env: { TOLLKEEPER_API_KEY: SECRET },
    fetch: api.fetch,
    terminal: { columns: 160 },
  };
  const ran = await runCommand(home.homeFolder, ['keys', 'cascades', ...argv], given);
  return { ...ran, asked: api.seen.at(-1)?.query.get('keyId') };
}

test('says which revocations are under way, since when, and how much has ended', async () => {
  const stuck = { ...cascade, keysCount: 1, stuckAt: '2026-11-23T07:58:00.000Z' };
  const { stdout, exitCode } = await list([cascade, stuck]);
  const [, running, other] = stdout.split('\n');
  expect(running).toMatch(/^ci-1 and 2 more +3 minutes ago +Eve +4200 [^●]*● running/);
  expect(other).toMatch(/^ci-1 +.*● stuck/);
  expect(exitCode).toBe(0);
});

test('asks for those of one key, by its name or id', async () => {
  for (const reference of ['ci-1', key.id]) {
    const { stderr, asked } = await list([], reference);
    expect(asked).toBe(key.id);
    expect(stderr).toContain('No revocation is under way.');
  }
});
