import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { join } from '../testing/join.ts';
import { makeKey } from '../testing/keys.ts';
import { startOrganization } from '../testing/start-organization.ts';

const MIGRATION = new URL('./migrations/0022_lineage_times.sql', import.meta.url);

it('fills in when members joined, and keys were handed over, rotated and changed, from the audit log', async () => {
  let now = new Date();
  const clock = () => now;
  const { app, owner, query } = await startOrganization({ clock });
  const letAMinutePass = () => {
    now = new Date(now.getTime() + 60_000);
  };
  const root = await makeKey(app, owner, { profile: 'organization' });
  const admin = await join(app, root.client, 'Alan', 'role_admin');
  const heir = await join(app, admin.client, 'Hera', 'role_admin');
  const handed = await makeKey(app, admin.client);
  const rotated = await makeKey(app, owner);
  const edited = await makeKey(app, owner);
  const deleted = await makeKey(app, admin.client, { profile: 'organization' });
  const below = await makeKey(app, deleted.client, { profile: 'organization' });
  await makeKey(app, below.client);
  for (const { id } of [rotated, handed, rotated]) {
    letAMinutePass();
    expect((await admin.client.post(`/v1/api-keys/${id}/rotate`, {})).status).toBe(200);
  }
  expect((await root.client.post(`/v1/api-keys/${rotated.id}/rotate`, {})).status).toBe(200);
  await owner.post(`/v1/api-keys/${edited.id}/disable`);
  await root.client.post(`/v1/api-keys/${edited.id}/enable`);
  letAMinutePass();
  await root.client.patch(`/v1/api-keys/${edited.id}`, { allowedIps: ['127.0.0.1'] });
  await admin.client.patch(`/v1/api-keys/${rotated.id}`, { name: 'renamed' });
  for (const { id } of [below, deleted]) await admin.client.delete(`/v1/api-keys/${id}`);
  letAMinutePass();
  await owner.delete(`/v1/members/${admin.memberId}?handOverTo=${heir.memberId}`);
  const lineage = async () => [
    await query(`select member_id, invited_by, created_by_key_id, invited_at,
      admitted_at from admission order by member_id`),
    await query(`select id, handed_over_at from api_key order by id`),
    await query(`select id, created_by, created_at from deleted_key order by id`),
    // Until when the last owner had a key that is deleted, is known only where the code recorded it.
    await query(`select rotated_by, key_id, first_at,
        case when key_id in (select id from deleted_key) then first_at else last_at end as last_at
      from key_rotation order by 1, 2`),
    await query(`select edited_by, key_id, first_at, last_at
      from key_edit order by 1, 2`),
  ];
  const before = await lineage();
  expect(before.map((rows) => rows.length)).toEqual([2, 5, 2, 5, 1]);
  for (const table of ['admission', 'key_edit']) await query(`delete from ${table}`);
  await query('update api_key set handed_over_at = null');
  await query(`update deleted_key set created_at = '2000-01-01'`);

  const statements = readFileSync(MIGRATION, 'utf8').split('--> statement-breakpoint\n');
  const fills = statements.filter((each) => /^(INSERT|UPDATE|DELETE)/.test(each));
  expect(fills.length).toBe(6);
  for (const text of fills) await query(text);

  expect(await lineage()).toEqual(before);
});
