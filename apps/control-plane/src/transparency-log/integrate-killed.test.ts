import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import pg from 'pg';
import { expect, it, onTestFinished, vi } from 'vitest';
import { type AuditWorld, startAuditWorld } from '../testing/audit-world.ts';
import { integrateAuditLog } from './integrate.ts';

const PATIENT = { timeout: 60_000, interval: 50 };

/** Where the process is when it is killed: there it waits for a lock that the test holds. */
const LOCKS: Readonly<Record<string, string>> = {
  org_beginning: `insert into transparency_log (organization_id, size, chain_hash)
    values ('org_beginning', 0, '')`,
  org_extending_tile: `select 1 from transparency_log_tile
    where organization_id = 'org_extending_tile' and index = 0 for update`,
  org_adding_tile: `insert into transparency_log_tile (organization_id, level, index, hashes)
    values ('org_adding_tile', 0, 1, '')`,
};
/** How many events each has before. The last one is killed wherever it is. */
const ORGANIZATIONS: Readonly<Record<string, number>> = {
  ...{ org_beginning: 0, org_extending_tile: 9, org_adding_tile: 250, org_anywhere: 0 },
};
const ADDED = 300;

it('has each event once after kill -9, wherever it was, and goes on', async () => {
  const world = await startAuditWorld();
  for (const [id, count] of Object.entries(ORGANIZATIONS)) {
    if (count > 0) {
      await world.appendEvents(id, count);
      await integrateAuditLog(world.services, id);
    }
    await world.appendEvents(id, ADDED);
  }
  const holder = new pg.Client(world.database);
  await holder.connect();
  onTestFinished(() => holder.end());
  await holder.query('begin');
  for (const lock of Object.values(LOCKS)) await holder.query(lock);
  const child = startIntegration(world);
  await vi.waitUntil(() => isUnderway(world, child), PATIENT);
  child.kill('SIGKILL');
  await once(child, 'exit');
  await holder.query('rollback');
  for (const [id, count] of Object.entries(ORGANIZATIONS)) {
    // Until the database has noticed that the process is gone, it holds the log.
    await vi.waitUntil(async () => {
      await integrateAuditLog(world.services, id);
      return (await world.readState(id))?.size === count + ADDED;
    }, PATIENT);
    expect(await world.readSigned(id)).toEqual(await world.readTable(id));
    expect((await world.readState(id))?.problem).toBe(null);
  }
});

function startIntegration({ database }: AuditWorld): ChildProcess {
  const script = join(import.meta.dirname, 'integrate.fixture.ts');
  const args = [script, JSON.stringify(database), ...Object.keys(ORGANIZATIONS)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

/** Whether it waits for each of the locks, and has integrated some of the log without one. */
async function isUnderway({ db, readState }: AuditWorld, child: ChildProcess): Promise<boolean> {
  if (child.exitCode !== null) throw new Error('The process has ended by itself');
  const { rowCount } = await db.execute(`select 1 from pg_stat_activity
    where datname = current_database() and cardinality(pg_blocking_pids(pid)) > 0`);
  const { size = 0 } = (await readState('org_anywhere')) ?? {};
  return rowCount === Object.keys(LOCKS).length && size > 0;
}
