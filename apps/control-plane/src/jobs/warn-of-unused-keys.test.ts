import { beforeAll, expect, it } from 'vitest';
import type { Mail } from '../mail/mailer.ts';
import type { Client } from '../testing/client.ts';
import { addMember, claimedOrganization } from '../testing/people.ts';
import type { Query } from '../testing/query-database.ts';
import { makeKey, startOrganization } from '../testing/start-organization.ts';
import { OWNER, type TestApp } from '../testing/test-app.ts';
import { warnOfUnusedKeys } from './warn-of-unused-keys.ts';

const DAY_MS = 86_400_000;
const start = new Date();
let app: TestApp;
let query: Query;
let owner: Client;

beforeAll(async () => {
  ({ app, query, owner } = await startOrganization({ clock: () => start }));
  await owner.patch('/v1/security', { keyUnusedDaysMax: 30 });
  await makeKey(app, owner, { name: 'ci <1>', profile: 'organization' });
  await makeKey(app, owner, { name: 'cursor', profile: 'organization' });
});

/** Runs the job so many days on. @param fails the mail server takes nothing */
async function runAfter(days: number, fails = false) {
  const mails: Mail[] = [];
  const mailer = {
    close: () => undefined,
    send: async (mail: Mail) => {
      if (fails) throw new Error('refused');
      mails.push(mail);
    },
  };
  const clock = () => new Date(start.getTime() + days * DAY_MS);
  const { warned } = await warnOfUnusedKeys({ ...app.services, clock, mailer });
  return { warned, mails };
}

it('tells the owner once, a week ahead, of all their keys in one mail', async () => {
  expect(await runAfter(22.9)).toEqual({ warned: 0, mails: [] });
  expect((await runAfter(23, true)).warned).toBe(0);
  const { warned, mails } = await runAfter(23);
  expect([warned, mails.length]).toEqual([2, 1]);
  expect(mails[0]).toMatchObject({ to: OWNER.email, subject: expect.stringContaining('Acme') });
  expect(mails[0]?.text).toContain('ci <1>');
  expect(mails[0]?.html).toContain('ci &lt;1&gt;');
  expect(mails[0]?.text).toContain(new Date(start.getTime() + 30 * DAY_MS).toUTCString());
  for (const days of [24, 29, 30]) expect((await runAfter(days)).warned).toBe(0);
});

it('warns again when a key is left unused a second time', async () => {
  const usedAt = new Date(start.getTime() + 26 * DAY_MS);
  await query(`update api_key set last_used_at = $1 where name = 'cursor'`, [usedAt]);
  expect((await runAfter(48)).warned).toBe(0);
  expect((await runAfter(49)).warned).toBe(1);
});

it('says nothing of a key in daily use, however short the limit', async () => {
  await query('update organization set key_unused_days_max = 2');
  for (const days of [60, 61, 62]) {
    const usedAt = new Date(start.getTime() + (days - 0.5) * DAY_MS);
    await query('update api_key set last_used_at = $1', [usedAt]);
    expect((await runAfter(days)).warned).toBe(0);
  }
});

it('writes to each owner of their own keys, and to nobody who was suspended', async () => {
  const { organizationId } = await claimedOrganization(app);
  const [one, suspended] = [
    await addMember(app, organizationId, 'developer'),
    await addMember(app, organizationId, 'developer'),
  ];
  await makeKey(app, one.client, { name: 'of one', profile: 'read-only' });
  await makeKey(app, suspended.client, { name: 'of another', profile: 'read-only' });
  await query(`update member set status = 'suspended' where id = $1`, [suspended.memberId]);
  await query('update organization set key_unused_days_max = 30');
  await query('update api_key set last_used_at = null, unused_warned_at = null');
  const { mails } = await runAfter(23);
  const toOne = mails.find(({ to }) => to === one.email);
  expect(mails.map(({ to }) => to).toSorted()).toEqual([OWNER.email, one.email].toSorted());
  expect(toOne?.text).toContain('of one');
  expect(mails.map(({ text }) => text).join()).not.toContain('of another');
});
