import { expect, test } from 'vitest';
import { createApi, createKey, SECRET } from '../../api.fixture.ts';
import { createHome, runCommand } from '../../surroundings.fixture.ts';

const key = createKey(1);
const NOTHING_CREATED = {
  keysCount: 0,
  joinKeysCount: 0,
  invitationsCount: 0,
  isComplete: true,
};

test.each([
  [{ keysCount: 1000, joinKeysCount: 0, invitationsCount: 0 }, 'at least 1000 API keys.'],
  [{ keysCount: 0, joinKeysCount: 0, invitationsCount: 0 }, 'too much to be counted.'],
])('says that a key created more than the server counts: %j', async (counts, said) => {
  const { fetch } = createApi({
    'GET /v1/api-keys': { data: [key], nextCursor: null, totalCount: 1 },
    [`GET /v1/api-keys/${key.id}/created`]: { ...counts, isComplete: false },
  });
  const env = { TOLLKEEPER_API_KEY: SECRET };
  const given = { env, fetch, terminal: { columns: 120 }, stdin: 'something else\n' };
  await using home = await createHome();
  const argv = ['keys', 'revoke', 'ci-1', '--cascade'];
  const { stderr } = await runCommand(home.homeFolder, argv, given);
  expect(stderr).toContain(`So does everything it created or rotated: ${said}`);
});

test.each([
  [['members.invite'], 'in "tollkeeper members list".'],
  [['fleet.manage', 'members.invite'], '"tollkeeper members list" and "tollkeeper gateways list".'],
] as const)('says who stays that may have joined by a key with %j', async (scopes, said) => {
  const { fetch } = createApi({
    'GET /v1/api-keys': { data: [{ ...key, scopes }], nextCursor: null, totalCount: 1 },
    [`GET /v1/api-keys/${key.id}/created`]: NOTHING_CREATED,
  });
  const env = { TOLLKEEPER_API_KEY: SECRET };
  const given = { env, fetch, terminal: { columns: 200 }, stdin: 'something else\n' };
  await using home = await createHome();
  const { stderr } = await runCommand(home.homeFolder, ['keys', 'revoke', 'ci-1'], given);
  expect(stderr.replace(/\s+/g, ' ')).toContain(said);
});
