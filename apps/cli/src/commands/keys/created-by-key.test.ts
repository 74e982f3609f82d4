import { NOTHING_CREATED } from '@tollkeeper/contract/testing';
import { expect, test } from 'vitest';
import { createApi, createKey, createMember, SECRET } from '../../testing/fake-api.ts';
import { createHome, runCommand } from '../../testing/run-command.ts';

const key = createKey(1);

test.each([
  [{ keysCount: 1000, joinKeysCount: 0, invitationsCount: 0 }, 'at least 1000 API keys.'],
  [{ keysCount: 0, joinKeysCount: 0, invitationsCount: 0 }, 'too much to be counted.'],
])('says that a key created more than the server counts: %j', async (counts, said) => {
  const { fetch } = createApi({
    'GET /v1/api-keys': { data: [key], nextCursor: null, totalCount: 1 },
    [`GET /v1/api-keys/${key.id}/created`]: { ...NOTHING_CREATED, ...counts, isComplete: false },
  });
  const env = { TOLLKEEPER_API_KEY: SECRET };
  const given = { env, fetch, terminal: { columns: 120 }, stdin: 'something else\n' };
  await using home = await createHome();
  const argv = ['keys', 'revoke', 'ci-1', '--cascade'];
  const { stderr } = await runCommand(home.homeFolder, argv, given);
  expect(stderr).toContain(`So does everything it created or rotated: ${said}`);
});

const eve = { id: 'mem_00000000000000000002', name: 'Eve', email: 'eve@example.com' };
const ada = { id: 'mem_00000000000000000003', name: 'Ada', email: 'ada@example.com' };

test.each([
  [
    { membersCount: 3, members: [ada, eve] },
    ['--cascade'],
    'So does everything it created or rotated: 1 gateway, 3 members. 3 members who joined by an invitation are removed, with all that is theirs: Ada (ada@example.com), Eve (eve@example.com) and 1 more.',
  ],
  [
    { membersCount: 1, webhookEndpointsCount: 1, logStreamsCount: 1, chatDestinationsCount: 2 },
    [],
    'Everything it created or rotated stays: 1 webhook endpoint, 1 log stream, 2 chat destinations, 1 gateway, 1 member.',
  ],
  [
    {
      ...{ membersLeftCount: 1, membersLeft: [eve] },
      gatewaysLeftCount: 2,
      ...{ webhookEndpointsLeftCount: 1, logStreamsLeftCount: 1, chatDestinationsLeftCount: 1 },
    },
    ['--cascade'],
    'stay, since you keep them or may not remove them: 1 member: Eve (eve@example.com); 2 gateways; 1 webhook endpoint; 1 log stream; 1 chat destination.',
  ],
])('says who came in by the key, and who stays: %j %j', async (counts, options, said) => {
  const { fetch } = createApi({
    'GET /v1/api-keys': { data: [key], nextCursor: null, totalCount: 1 },
    [`GET /v1/api-keys/${key.id}/created`]: { ...NOTHING_CREATED, gatewaysCount: 1, ...counts },
  });
  const env = { TOLLKEEPER_API_KEY: SECRET };
  const given = { env, fetch, terminal: { columns: 200 }, stdin: 'something else\n' };
  await using home = await createHome();
  const argv = ['keys', 'revoke', 'ci-1', ...options];
  const { stderr } = await runCommand(home.homeFolder, argv, given);
  expect(stderr.replace(/\s+/g, ' ')).toContain(said);
});

test.each([
  [
    ['--keep-member', eve.id, '--keep-member', 'ada@example.com'],
    [eve.id, ada.id],
  ],
  [['--keep-member', 'all'], 'all'],
])(
  'keeps the members that %j names, when it counts and when it ends the key',
  async (options, kept) => {
    const api = createApi({
      'GET /v1/api-keys': { data: [key], nextCursor: null, totalCount: 1 },
      'GET /v1/members': { data: [createMember(3, ada)], nextCursor: null },
      [`GET /v1/api-keys/${key.id}/created`]: NOTHING_CREATED,
      [`POST /v1/api-keys/${key.id}/revoke`]: key,
      [`DELETE /v1/api-keys/${key.id}`]: new Response(null, { status: 204 }),
    });
    const env = { TOLLKEEPER_API_KEY: SECRET };
    const given = { env, fetch: api.fetch, terminal: { columns: 200 }, stdin: 'ci-1\n' };
    await using home = await createHome();
    for (const verb of ['revoke', 'delete']) {
      const argv = ['keys', verb, 'ci-1', '--cascade', ...options];
      expect((await runCommand(home.homeFolder, argv, given)).exitCode).toBe(0);
    }
    const counted = api.seen.filter(({ path }) => path.endsWith('/created'));
    const ended = api.seen.filter(({ method }) => method !== 'GET');
    expect(counted.map(({ query }) => query.get('keepMembers'))).toEqual(Array(2).fill(`${kept}`));
    expect(ended.map(({ body, query }) => body ?? query.get('keepMembers'))).toEqual([
      { cascade: true, keepMembers: kept },
      `${kept}`,
    ]);
  },
);

test.each(['revoke', 'delete'])('refuses --keep-member without --cascade: %s', async (verb) => {
  const { fetch, seen } = createApi({});
  const given = { env: { TOLLKEEPER_API_KEY: SECRET }, fetch };
  await using home = await createHome();
  const argv = ['keys', verb, 'ci-1', '--yes', '--keep-member', 'all'];
  const { exitCode, stderr } = await runCommand(home.homeFolder, argv, given);
  expect([exitCode, seen]).toEqual([2, []]);
  expect(stderr).toContain('--keep-member needs --cascade');
});

test.each([[], ['--cascade']])(
  'names the keys, members, roles, policies, endpoints, streams and chat destinations that a key changed: %j',
  async (...options) => {
    const editedKeys = [{ id: createKey(2).id, name: 'billing' }];
    const { fetch } = createApi({
      'GET /v1/api-keys': { data: [key], nextCursor: null, totalCount: 1 },
      [`GET /v1/api-keys/${key.id}/created`]: {
        ...NOTHING_CREATED,
        editedKeysCount: 3,
        editedKeys,
        changedMembersCount: 2,
        changedMembers: [ada, eve],
        changedRolesCount: 1,
        changedPoliciesCount: 1,
        changedPolicies: [{ id: 'pol_00000000000000000001', name: 'All' }],
        changedWebhookEndpointsCount: 1,
        changedWebhookEndpoints: [{ id: 'whe_00000000000000000001', name: 'Channel' }],
        changedLogStreamsCount: 1,
        changedLogStreams: [{ id: 'lst_00000000000000000001', name: 'Archive' }],
        changedChatDestinationsCount: 1,
        changedChatDestinations: [{ id: 'chd_00000000000000000001', name: 'Alarms' }],
        changedSettingsCount: 2,
        changedSettings: [
          {
            ...{ id: 'evt_00000000000000000001', action: 'security.update', actorId: key.id },
            target: { type: 'organization', name: 'Acme' },
          },
        ],
      },
    });
    const env = { TOLLKEEPER_API_KEY: SECRET };
    const given = { env, fetch, terminal: { columns: 200 }, stdin: 'something else\n' };
    await using home = await createHome();
    const { stderr } = await runCommand(
      home.homeFolder,
      ['keys', 'revoke', 'ci-1', ...options],
      given,
    );
    const said = [
      `Review the keys that it enabled or changed, which stay as they are: billing (${editedKeys[0]?.id}) and 2 more.`,
      'Review the members whom it gave another role, suspended or reinstated, who stay as they are: Ada (ada@example.com), Eve (eve@example.com).',
      'Review the roles that it created or changed, which stay as they are: 1 in all.',
      'Review the policies that it created or changed, which stay as they are: All (pol_00000000000000000001).',
      'Review the webhook endpoints of others that it changed, which stay as they are: Channel (whe_00000000000000000001).',
      'Review the log streams of others that it changed, which stay as they are: Archive (lst_00000000000000000001).',
      'Review the chat destinations of others that it changed, which stay as they are: Alarms (chd_00000000000000000001).',
      'Review the settings that it changed and what it deleted, which stay as they are: security.update Acme (evt_00000000000000000001) and 1 more.',
      `See "tollkeeper audit list --actor ${key.id}".`,
    ];
    expect(stderr.replace(/\s+/g, ' ')).toContain(said.join(' '));
  },
);

test('ends what a deleted key created, which only its id names', async () => {
  const gone = Response.json(
    {
      type: 'urn:tollkeeper:error:not_found',
      title: 'Not found',
      status: 404,
      code: 'not_found',
      detail: 'No such key.',
      requestId: 'req_1',
    },
    { status: 404, headers: { 'content-type': 'application/problem+json' } },
  );
  const api = createApi({
    [`GET /v1/api-keys/${key.id}`]: gone,
    [`GET /v1/api-keys/${key.id}/created`]: { ...NOTHING_CREATED, keysCount: 2 },
    [`DELETE /v1/api-keys/${key.id}`]: new Response(null, { status: 204 }),
  });
  const env = { TOLLKEEPER_API_KEY: SECRET };
  const given = { env, fetch: api.fetch, terminal: { columns: 200 }, stdin: `${key.id}\n` };
  await using home = await createHome();
  const end = (...argv: string[]) =>
    runCommand(home.homeFolder, ['keys', ...argv, key.id, '--cascade'], given);
  const { exitCode, stdout, stderr } = await end('delete');
  expect(stderr).toContain(
    `"${key.id}" was deleted before. This ends everything it created or rotated: 2 API keys.`,
  );
  expect([exitCode, stdout]).toEqual([
    0,
    `Ended everything that "${key.id}" created or rotated.\n`,
  ]);
  expect(api.seen.at(-1)?.query.get('cascade')).toBe('true');
  const sent = api.seen.length;
  expect((await end('revoke')).exitCode).not.toBe(0);
  const alone = await runCommand(home.homeFolder, ['keys', 'delete', key.id], given);
  expect(alone.exitCode).not.toBe(0);
  expect(api.seen.slice(sent).every(({ method }) => method === 'GET')).toBe(true);
});
