/** `notifications`: what it sends, and what a person then reads. */
import { expect, test } from 'vitest';
import { createApi, SECRET } from '../testing/fake-api.ts';
import { createHome, runCommand } from '../testing/run-command.ts';

const env = { TOLLKEEPER_API_KEY: SECRET, TOLLKEEPER_URL: 'http://toll:7420' };
const PATH = '/v1/notifications';
const ID = `ntf_${'0'.repeat(20)}`;
const NOTIFICATION = {
  ...{ id: ID, kind: 'api_key_changed', isSecurity: true, at: '2026-11-23T08:00:00.000Z' },
  ...{ text: 'Ada revoked your API key "ci".', count: 1, eventId: null, path: '/api-keys' },
  subject: { type: 'api_key', id: `key_${'0'.repeat(20)}`, name: 'ci' },
  readAt: null,
};
const KIND = {
  ...{ kind: 'audit_alarm', title: 'Audit log alarm', description: 'An alarm', isSecurity: true },
  channel: 'both',
};
const PREFERENCES = {
  kinds: [{ ...KIND, isDefault: true }],
  ...{ isMailStopped: true, isMailConfigured: true, digestHour: 7, etag: 'etag-1' },
};

async function tollkeeper(argv: readonly string[], answers: Record<string, object>) {
  await using home = await createHome();
  const api = createApi(answers);
  const run = await runCommand(home.homeFolder, ['notifications', ...argv], {
    ...{ env, fetch: api.fetch },
  });
  return { ...run, seen: api.seen };
}

test('lists them, and marks all up to the newest as read', async () => {
  const answers = {
    [`GET ${PATH}`]: { data: [NOTIFICATION], nextCursor: null, unreadCount: 1 },
    [`POST ${PATH}/read`]: { unreadCount: 0 },
  };
  expect((await tollkeeper(['list'], answers)).stdout).toContain(NOTIFICATION.text);
  const read = await tollkeeper(['read'], answers);
  expect(read.stdout).toContain('0 unread notifications left.');
  expect(read.seen.at(-1)?.body).toEqual({ upToId: ID });
});

test('chooses where a kind is notified of, and says that mails are stopped', async () => {
  const answers = { [`PATCH ${PATH}/preferences`]: PREFERENCES };
  const chosen = await tollkeeper(['choose', 'audit_alarm', 'default'], answers);
  expect(chosen.seen.at(-1)?.body).toEqual({ channels: { audit_alarm: null } });
  expect(chosen.stdout).toContain('audit_alarm');
  expect(chosen.stderr).toContain('tollkeeper notifications mails on');
});

test('refuses an hour that no day has', async () => {
  const { exitCode, stderr } = await tollkeeper(['set-digest', '24'], {});
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining('from 0 to 23')]);
});
