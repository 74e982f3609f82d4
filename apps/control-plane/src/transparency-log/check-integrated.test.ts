import { leafHash } from '@tollkeeper/transparency-log';
import { sql } from 'drizzle-orm';
import { beforeAll, expect, it } from 'vitest';
import { type AuditWorld, startAuditWorld } from '../testing/audit-world.ts';
import { checkAuditLogs } from './check-integrated.ts';
import { findLog } from './find-log.ts';
import { integrateAuditLog } from './integrate.ts';
import { leafTextOf, readStoredEvents } from './stored-events.ts';

let world: AuditWorld;

beforeAll(async () => {
  world = await startAuditWorld();
});

/** An organization with that many signed events. */
async function begin(id: string, count: number): Promise<string> {
  await world.appendEvents(id, count);
  await integrateAuditLog(world.services, id);
  return id;
}

const check = async (tilesMax?: number) =>
  (await checkAuditLogs(world.services, tilesMax)).compared;
const eventsOf = async (id: string) =>
  (
    await world.db.execute(sql`select action, after ->> 'problem' as problem from audit_event
        where organization_id = ${id} and action like 'audit_log.damage%' order by sequence`)
  ).rows;
const set = (id: string, sequence: number, action: string) =>
  world.db.execute(
    sql`update audit_event set action = ${action} where organization_id = ${id} and sequence = ${sequence}`,
  );

it('goes on where it stopped, and says once in the log which events were changed, and when none is', async () => {
  const id = await begin('org_1', 600);
  await world.db.execute(
    sql`insert into organization (id, name, slug, created_at) values (${id}, 'Acme', ${id}, now())`,
  );
  await set(id, 5, 'x');
  await world.db.execute(
    sql`delete from audit_event where organization_id = ${id} and sequence = 300`,
  );
  expect([await check(1), await check(1), await check(1)]).toEqual([256, 256, 90]);
  expect((await findLog(world.db, id)).problem).toBe(
    'Events 5 and 300 are not as they were signed',
  );
  expect(await check()).toBe(0);
  await world.db.execute(sql`update transparency_log set checked_at = now() - interval '2 h'
      where organization_id = ${id}`);
  await set(id, 5, 'api_key.create');
  await check();
  expect(await eventsOf(id)).toEqual([
    { action: 'audit_log.damage_found', problem: 'Event 5 is not as it was signed' },
    { action: 'audit_log.damage_found', problem: 'Events 5 and 300 are not as they were signed' },
    { action: 'audit_log.damage_repaired', problem: 'Event 300 is not as it was signed' },
  ]);
});

it('finds a tile that was changed with its event', async () => {
  const id = await begin('org_2', 600);
  await set(id, 1, 'x');
  const [row] = await world.db.transaction((tx) => readStoredEvents(tx, id, 0, 1));
  const leaf = leafHash((row && leafTextOf(row, id, 1)) ?? '');
  await world.db.execute(sql`update transparency_log_tile set hashes = overlay(hashes placing ${leaf} from 1)
      where organization_id = ${id} and level = 0 and index = 0`);
  await check();
  expect((await findLog(world.db, id)).problem).toBe('Event 256 is not as it was signed');
});
