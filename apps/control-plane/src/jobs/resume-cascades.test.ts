import { beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import {
  type CascadeWorld,
  startCascadeWorld,
} from '../features/api-keys/cascade-world.fixture.ts';
import { makeKey } from '../testing/keys.ts';
import { startOtherOrganization } from '../testing/other-organization.ts';
import { claimedOrganization } from '../testing/people.ts';
import { whileHeld } from '../testing/while-held.ts';
import { queueOf } from '../write/commit.ts';
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

it('holds up no cascade of another organization', async () => {
  const { app, owner, query, makeRoot } = world;
  const other = await startOtherOrganization(app, owner, query);
  const root = await makeRoot();
  const child = await makeRoot(root.client);
  const [theirs, theirChild] = [await makeKey(app, other), await makeKey(app, other)];
  await world.interrupt(root);
  await query('update api_key set created_by_key_id = $1 where id = $2', [
    theirs.id,
    theirChild.id,
  ]);
  await query(
    `insert into running_cascade (organization_id, roots, member_id, scopes, request_id, created_at)
     select key.organization_id, jsonb_build_array(jsonb_build_object('id', key.id, 'name', name,
       'wasRevoked', true)), key.member_id, cascade.scopes, 'req_theirs', now()
     from api_key as key, running_cascade as cascade where key.id = $1`,
    [theirs.id],
  );
  const isTheirsEnded = async () =>
    (await query(`select 1 from api_key where id = $1 and status = 'revoked'`, [theirChild.id]))
      .length > 0;

  const resumed = await whileHeld(
    app.database,
    (holder) => holder.query('select 1 from api_key where id = $1 for update', [child.id]),
    resume,
    () => vi.waitUntil(isTheirsEnded),
  );

  expect(resumed).toEqual({ finished: 2 });
});

/** Resumes while another change has its turn, behind as many as an owner may have in the line. */
async function resumeBehind(owner: string, lateMs = 0) {
  const { app } = world;
  const { organizationId } = await claimedOrganization(app);
  const caller = { owner, credential: 'sessions' };
  const turn = Promise.withResolvers<void>();
  const queue = queueOf(app.services.db);
  const inTurn = (run: () => Promise<void>) => queue.runExclusively(organizationId, caller, run);
  const waiting = [inTurn(() => turn.promise)];
  for (let count = 0; count < 500; count += 1) waiting.push(inTurn(async () => {}));
  const all = Promise.allSettled(waiting);
  let isOver = false;
  const added = vi.spyOn(queue, 'add');
  const resumed = resume().finally(() => {
    isOver = true;
  });
  await vi.waitUntil(() => isOver || added.mock.calls.length > 0);
  if (lateMs > 0) vi.advanceTimersByTime(lateMs);
  turn.resolve();
  await all;
  return resumed;
}

it('takes its turn however much waits of the member who began it', async () => {
  const { memberId } = await claimedOrganization(world.app);
  const root = await world.makeRoot();
  await world.interrupt(root);

  expect(await resumeBehind(memberId)).toEqual({ finished: 1 });
});

it.each([
  ['the line was full', 'cascades', 0],
  ['its turn came too late', 'somebody', 15_001],
])('tries a cascade again at once where %s', async (_, owner, lateMs) => {
  const root = await world.makeRoot();
  await world.makeRoot(root.client);
  await world.interrupt(root);
  vi.useFakeTimers({ toFake: ['performance'] });
  onTestFinished(() => void vi.useRealTimers());

  expect(await resumeBehind(owner, lateMs)).toEqual({ finished: 0 });

  expect(await running()).toEqual([{ isStuck: false }]);
  expect(await resume()).toEqual({ finished: 1 });
});
