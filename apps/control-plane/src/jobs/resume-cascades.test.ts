import { beforeAll, expect, it } from 'vitest';
import {
  type CascadeWorld,
  startCascadeWorld,
} from '../features/api-keys/cascade-world.fixture.ts';
import { whileHeld } from '../testing/while-held.ts';
import { resumeCascades } from './resume-cascades.ts';

let world: CascadeWorld;

beforeAll(async () => {
  world = await startCascadeWorld();
});

const resume = () => resumeCascades(world.app.services);
const running = () =>
  world.query<{ isStuck: boolean }>(
    'select stuck_at is not null as "isStuck" from running_cascade',
  );

/** Resumes while the search waits for a table, and ends the search as PostgreSQL would. */
function resumeUntil(how: 'pg_cancel_backend' | 'pg_terminate_backend') {
  return whileHeld(
    world.app.database,
    (holder) => holder.query('lock table deleted_key in access exclusive mode'),
    resume,
    (holder) =>
      holder.query(
        `select ${how}(pid) from pg_stat_activity where pg_backend_pid() = any (pg_blocking_pids(pid))`,
      ),
  );
}

it('tries a cascade again after an hour that took the database too long, and says what stopped it', async () => {
  const { app, query, makeRoot, whoami } = world;
  const root = await makeRoot();
  const child = await makeRoot(root.client);
  await world.interrupt(root);

  expect(await resumeUntil('pg_cancel_backend')).toEqual({ finished: 0 });

  expect(await running()).toEqual([{ isStuck: true }]);
  const lines = app.logged.filter((line) => line.includes('cascade stuck'));
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    expect.objectContaining({ level: 50, cascadeId: expect.any(String), err: expect.anything() }),
  ]);
  expect(lines[0]).toContain('canceling statement');
  expect(await resume()).toEqual({ finished: 0 });
  expect(await whoami(child)).toBe('valid');
  await query(`update running_cascade set stuck_at = stuck_at - interval '61 minutes'`);
  expect(await resume()).toEqual({ finished: 1 });
  expect(await whoami(child)).toBe('revoked');
});

it('tries a cascade again at once whose connection broke', async () => {
  const root = await world.makeRoot();
  await world.makeRoot(root.client);
  await world.interrupt(root);

  expect(await resumeUntil('pg_terminate_backend')).toEqual({ finished: 0 });

  expect(await running()).toEqual([{ isStuck: false }]);
  expect(await resume()).toEqual({ finished: 1 });
});
