import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { join } from '../testing/join.ts';
import { makeKey } from '../testing/keys.ts';
import { startOrganization } from '../testing/start-organization.ts';

const MIGRATION = new URL('./migrations/0019_member_lineage.sql', import.meta.url);

it('fills in which keys members owned and rotated, as far as the audit log says it', async () => {
  const { app, owner, query } = await startOrganization();
  const admin = await join(app, owner, 'Alan', 'role_admin');
  const heir = await join(app, owner, 'Hera', 'role_admin');
  const handed = await makeKey(app, admin.client);
  const rotated = await makeKey(app, owner);
  const deleted = await makeKey(app, admin.client, { profile: 'organization' });
  const below = await makeKey(app, deleted.client, { profile: 'organization' });
  for (const id of [rotated.id, handed.id]) {
    expect((await admin.client.post(`/v1/api-keys/${id}/rotate`, {})).status).toBe(200);
  }
  for (const { id } of [below, deleted]) await admin.client.delete(`/v1/api-keys/${id}`);
  await owner.delete(`/v1/members/${admin.memberId}?handOverTo=${heir.memberId}`);
  const lineage = async () => [
    await query('select created_by_key_id, id from deleted_key order by id'),
    await query('select rotated_by_key_id, key_id from key_rotation order by key_id'),
  ];
  const before = await lineage();
  expect(before[0]).toHaveLength(2);
  expect(before[0]).toContainEqual({ created_by_key_id: admin.memberId, id: deleted.id });
  const ids = [handed.id, rotated.id].sort();
  expect(before[1]).toEqual(ids.map((id) => ({ rotated_by_key_id: admin.memberId, key_id: id })));
  await query('delete from deleted_key where created_by_key_id = $1', [admin.memberId]);
  await query('delete from key_rotation');

  const statements = readFileSync(MIGRATION, 'utf8').split('--> statement-breakpoint\n');
  for (const text of statements) await query(text);

  expect(await lineage()).toEqual(before);
});
