import { sql } from 'drizzle-orm';
import { beforeAll, describe, expect, it } from 'vitest';
import { type AuditWorld, startAuditWorld } from '../testing/audit-world.ts';
import { whileHeld } from '../testing/while-held.ts';
import { integrateAuditLog, integrateAuditLogs } from './integrate.ts';
import { readPublishedLogs } from './read-published-logs.ts';

let world: AuditWorld;
let organizations = 0;

beforeAll(async () => {
  world = await startAuditWorld();
});

const integrate = (id: string, batch?: number) => integrateAuditLog(world.services, id, batch);

/** An organization with that many events. */
async function begin(count: number): Promise<string> {
  organizations += 1;
  const id = `org_${organizations}`;
  await world.appendEvents(id, count);
  return id;
}

describe('the integration', () => {
  it('signs a checkpoint with the root that a stranger computes from the events', async () => {
    const id = await begin(3);
    expect(await integrateAuditLogs(world.services)).toEqual({ integrated: 3 });
    expect(await world.readSigned(id)).toEqual(await world.readTable(id));
    await world.appendEvents(id, 600);
    expect(await integrate(id, 50)).toBe(600);
    expect(await world.readSigned(id)).toEqual(await world.readTable(id));
    expect((await world.readState(id))?.problem).toBe(null);
    // Nothing new: nothing is signed.
    expect(await integrateAuditLogs(world.services)).toEqual({ integrated: 0 });
  });

  it('goes on where a process was killed, whichever step it had reached', async () => {
    const id = await begin(300);
    await integrate(id);
    await world.appendEvents(id, 300);
    for (const table of ['audit_event', 'transparency_log_tile']) {
      const before = await world.readSigned(id);
      const killed = whileHeld(
        world.database,
        (holder) => holder.query(`lock table ${table} in access exclusive mode`),
        () => integrate(id, 100).catch(() => 'killed'),
        (holder) =>
          holder.query(`select pg_terminate_backend(pid) from pg_stat_activity
            where pg_backend_pid() = any (pg_blocking_pids(pid))`),
      );
      expect(await killed).toBe('killed');
      expect(await world.readSigned(id)).toEqual(before);
    }
    expect(await integrate(id, 100)).toBe(300);
    expect(await world.readSigned(id)).toEqual(await world.readTable(id));
  });

  it('is done by one process at a time; another leaves the organization to it', async () => {
    const id = await begin(5);
    await integrate(id, 2);
    await world.appendEvents(id, 5);
    const locked = `select 1 from transparency_log where organization_id = '${id}' for update`;
    expect(
      await whileHeld(
        world.database,
        (holder) => holder.query(locked),
        () => integrate(id),
      ),
    ).toBe(0);
    const both = await Promise.all([integrate(id, 2), integrate(id, 2)]);
    expect(both[0] + both[1]).toBe(5);
    expect(await world.readSigned(id)).toEqual(await world.readTable(id));
  });
});

it('an unexpected error about one log keeps no later one from its turn, and fails the job', async () => {
  const [id = '', later = ''] = [await begin(1), await begin(1)].sort();
  const onCheckpoint = (organizationId: string) => {
    if (organizationId === id) throw new Error('out of the blue');
  };
  const run = integrateAuditLogs({ ...world.services, onCheckpoint });
  await expect(run).rejects.toThrow(/^1 of \d+ steps failed/);
  expect(await world.readSigned(later)).toEqual(await world.readTable(later));
  expect(world.logged.filter((line) => line.includes('out of the blue'))).toEqual([
    expect.stringContaining(`"organizationId":"${id}"`),
  ]);
});

describe('an event that was tampered with before it was integrated', () => {
  const TAMPERINGS = {
    edited: (id: string) =>
      sql`update audit_event set action = 'x' where organization_id = ${id} and sequence = 5`,
    deleted: (id: string) =>
      sql`delete from audit_event where organization_id = ${id} and sequence = 5`,
    'edited with a new hash': (id: string) =>
      sql`update audit_event set action = 'x', hash = sha256('x') where organization_id = ${id} and sequence = 5`,
    'edited to a number that is none': (id: string) =>
      sql`update audit_event set after = '{"n":1e400}' where organization_id = ${id} and sequence = 5`,
    'edited to a time that is none': (id: string) =>
      sql`update audit_event set at = 'infinity' where organization_id = ${id} and sequence = 5`,
    relinked: (id: string) =>
      sql`update audit_event set previous_hash = sha256('x') where organization_id = ${id} and sequence = 5`,
    'the last, deleted': (id: string) =>
      sql`delete from audit_event where organization_id = ${id} and sequence >= 5`,
  };

  it.each(Object.entries(TAMPERINGS))('is not integrated when it was %s', async (_, tamper) => {
    const id = await begin(3);
    await integrate(id);
    await world.appendEvents(id, 4);
    await world.db.execute(tamper(id));
    expect(await integrate(id)).toBe(1);
    expect(await world.readSigned(id)).toMatchObject({ size: 4 });
    expect((await world.readState(id))?.problem).toContain('Event 5 ');
    expect(world.logged.at(-1)).toContain('integration stopped');
    expect(await integrate(id)).toBe(0);
  });
});

it('says in the log itself when integration stops and when it goes on, once for each', async () => {
  const id = await begin(3);
  await world.db.execute(
    sql`insert into organization (id, name, slug, created_at) values (${id}, 'Acme', ${id}, now())`,
  );
  const setAction = (action: string) =>
    world.db.execute(
      sql`update audit_event set action = ${action} where organization_id = ${id} and sequence = 2`,
    );
  await setAction('x');
  for (let run = 0; run < 3; run += 1) await integrate(id);
  await setAction('api_key.create');
  for (let run = 0; run < 2; run += 1) await integrate(id);
  const { rows } = await world.db.execute(
    sql`select action, after from audit_event where organization_id = ${id} and sequence > 3 order by sequence`,
  );
  expect(rows).toEqual([
    {
      action: 'audit_log.integration_stopped',
      after: { problem: expect.stringMatching(/^Event 2 .* does not continue the hash chain$/) },
    },
    { action: 'audit_log.integration_resumed', after: { problem: null } },
  ]);
  expect(await world.readSigned(id)).toEqual(await world.readTable(id));
});

it('says once that the log was cut off, though each event about it moves the end', async () => {
  const id = await begin(6);
  await world.db.execute(
    sql`insert into organization (id, name, slug, created_at) values (${id}, 'Acme', ${id}, now())`,
  );
  await integrate(id);
  const isCut = sql`organization_id = ${id} and sequence > 2`;
  await world.db.execute(sql`delete from audit_event where ${isCut}`);
  await world.db.execute(
    sql`update audit_chain set sequence = 2, hash = (select hash from audit_event e
      where e.organization_id = ${id} and e.sequence = 2) where organization_id = ${id}`,
  );
  for (let run = 0; run < 3; run += 1) await integrate(id);
  const { rows } = await world.db.execute(sql`select action from audit_event where ${isCut}`);
  expect(rows).toEqual([{ action: 'audit_log.integration_stopped' }]);
});

describe('no checkpoint is signed', () => {
  it.each([
    [
      'the end of the log was cut off',
      'update audit_chain set sequence = 2',
      'ends before event 3',
    ],
    [
      'the chain was rewritten',
      `update audit_chain set hash = sha256('x')`,
      'does not end with event 3',
    ],
    [
      'a tile was rewritten',
      `update transparency_log_tile set hashes = overlay(hashes placing sha256('x') from 33)`,
      'contradict the checkpoint',
    ],
    [
      'a tile was cut',
      'update transparency_log_tile set hashes = substr(hashes, 1, 32)',
      'does not have 3 hashes',
    ],
    ['a tile was deleted', 'delete from transparency_log_tile', 'does not have 3 hashes'],
    [
      'a tile was extended',
      `update transparency_log_tile set hashes = hashes || sha256('x')`,
      'does not have 3 hashes',
    ],
    [
      'the size was changed',
      `update transparency_log set size = 2, chain_hash = (select hash from audit_event e where e.organization_id = transparency_log.organization_id and sequence = 2)`,
      'does not have 2 hashes',
    ],
    [
      'the checkpoint was removed',
      'update transparency_log set checkpoint = null',
      'checkpoint is missing',
    ],
    [
      'the checkpoint was edited',
      `update transparency_log set checkpoint = replace(checkpoint, E'\\n3\\n', E'\\n4\\n')`,
      'signature',
    ],
  ])('once %s', async (_, tampering, problem) => {
    const id = await begin(3);
    await integrate(id);
    const signed = await world.readSigned(id);
    await world.db.execute(sql.raw(`${tampering} where organization_id = '${id}'`));
    if (!tampering.includes('audit_chain')) await world.appendEvents(id, 1);
    expect((await integrateAuditLogs(world.services)).integrated).toBe(0);
    const state = await world.readState(id);
    expect(state?.problem).toContain(problem);
    if (tampering.includes('_tile') || tampering.includes('chain')) {
      expect(await world.readSigned(id)).toEqual(signed);
    }
    await world.db.execute(sql`delete from transparency_log where organization_id = ${id}`);
    await world.db.execute(sql`delete from audit_chain where organization_id = ${id}`);
  });
});

it('goes on under a new base URL or secret, but never with another organization’s checkpoint', async () => {
  const [id, other] = [await begin(2), await begin(2)];
  await integrate(id);
  await integrate(other);
  await world.appendEvents(id, 1);
  const moved = { ...world.services, baseUrl: 'https://other.example.com/path' };
  expect(await integrateAuditLog(moved, id)).toBe(1);
  expect((await world.readState(id))?.checkpoint).toMatch(/^other\.example\.com\/org_\d+\n3\n/);
  await world.db.execute(sql`update transparency_log set checkpoint =
    (select checkpoint from transparency_log where organization_id = ${other}) where organization_id = ${id}`);
  await world.appendEvents(id, 1);
  expect(await integrate(id)).toBe(0);
  expect((await world.readState(id))?.problem).toContain('another log');
});

it('a checkpoint that was damaged keeps those of other organizations from no gateway', async () => {
  const [id, other] = [await begin(1), await begin(1)];
  await integrate(id);
  await integrate(other);
  await world.db.execute(
    sql`update transparency_log set checkpoint = 'damaged' where organization_id = ${id}`,
  );
  const logs = await readPublishedLogs(world.services, [id, other]);
  expect(logs.map(({ organizationId }) => organizationId)).toEqual([other]);
});
