import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { joinWith, makeJoinKey } from '../testing/fleet.ts';
import { join } from '../testing/join.ts';
import { makeKey } from '../testing/keys.ts';
import { startOrganization } from '../testing/start-organization.ts';

const MIGRATION = new URL('./migrations/0018_admissions.sql', import.meta.url);

it('fills in how gateways came in, as far as the audit log tells it', async () => {
  const { app, owner, query } = await startOrganization();
  const key = await makeKey(app, owner, { profile: 'organization' });
  const byKey = await join(app, key.client, 'Kay', 'role_admin');
  for (const client of [key.client, byKey.client]) {
    const joinKey = await makeJoinKey(client);
    expect((await joinWith(app, joinKey.secret)).status).toBe(201);
    await owner.delete(`/v1/join-keys/${joinKey.id}`);
  }
  const lasting = await makeJoinKey(key.client);
  expect((await joinWith(app, lasting.secret)).status).toBe(201);
  const gateways = 'select id, created_by_key_id, created_by_member_id from gateway order by id';
  const before = await query(gateways);
  expect(before).toHaveLength(3);
  await query('update gateway set created_by_key_id = null, created_by_member_id = null');

  const statements = readFileSync(MIGRATION, 'utf8').split('--> statement-breakpoint\n');
  for (const text of statements.filter((each) => each.startsWith('UPDATE'))) await query(text);

  expect(await query(gateways)).toEqual(before);
});
