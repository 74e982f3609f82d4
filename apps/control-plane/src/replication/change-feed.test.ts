import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { pino } from 'pino';
import { beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import { type Connection, connect } from '../db/connect.ts';
import { atFileEnd } from '../testing/at-file-end.ts';
import { createTestDatabase } from '../testing/test-database.ts';
import { appendChanges } from '../write/append.ts';
import { type ChangeFeed, startChangeFeed } from './change-feed.ts';
import { waitUntilAppliedElsewhere } from './lease.ts';
import { CHANGE_CHANNEL, createNotifier } from './notifier.ts';

const WAIT = { interval: 20 };

let connection: Connection;
let config: pg.ClientConfig;

beforeAll(async () => {
  config = await createTestDatabase();
  connection = connect(config, 5, () => undefined);
  atFileEnd(() => connection.pool.end());
});

/**
 * A change feed that nobody wakes, with the ids that it has applied.
 * @param options `mayApply` is waited for before a change is applied; `writer` is what writers ask by
 */
async function follow({
  mayApply,
  writer = connection,
}: {
  readonly mayApply?: Promise<void>;
  readonly writer?: Connection;
} = {}): Promise<{ id: string; changeFeed: ChangeFeed; applied: string[] }> {
  const applied: string[] = [];
  const id = randomUUID();
  const consumer = {
    reload: async () => void applied.push('all'),
    apply: async (changes: readonly { subjectId: string }[]) => {
      await mayApply;
      applied.push(...changes.map(({ subjectId }) => subjectId));
    },
  };
  const { db } = connection;
  const notifier = createNotifier(db, id);
  const log = pino({ level: 'silent' });
  const connections = { db, signals: db, writerDb: writer.db };
  const changeFeed = await startChangeFeed({
    ...connections,
    processId: id,
    notifier,
    consumer,
    log,
  });
  onTestFinished(() => changeFeed.stop());
  return { id, changeFeed, applied };
}

function change(subjectId: string): Promise<number> {
  return connection.db.transaction((tx) =>
    appendChanges(tx, 'org_1', [{ kind: 'member', subjectId }]),
  );
}

it.each([
  ['the clock on the wall', Date],
  ['the one that only moves on', performance],
])('is trusted for two seconds by %s', async (_, clock) => {
  const { changeFeed } = await follow();
  expect(changeFeed.current()).toBe(true);
  const now = clock.now.bind(clock);
  vi.spyOn(clock, 'now').mockImplementation(() => now() + 2001);
  expect(changeFeed.current()).toBe(false);
  vi.restoreAllMocks();
});

it('is never trusted without a change whose writer saw its lease run out and did not wait', async () => {
  const { id, changeFeed, applied } = await follow();
  const blocker = new pg.Client(config);
  await blocker.connect();
  onTestFinished(() => blocker.end());
  const lease = 'select lease_until < clock_timestamp() as over from control_plane where id = $1';
  await blocker.query('begin');
  await blocker.query('select 1 from control_plane where id = $1 for update', [id]);
  await vi.waitUntil(async () => (await blocker.query(lease, [id])).rows[0].over, WAIT);
  // The renewal that waits is older than any trust it could give: the next one has to wait, too.
  const waiting = `select pid, query_start from pg_stat_activity where wait_event_type = 'Lock'
    and datname = current_database()`;
  const [older] = (await connection.pool.query(waiting)).rows;
  await connection.pool.query('select pg_cancel_backend($1)', [older.pid]);
  await vi.waitUntil(async () => {
    const [newer] = (await connection.pool.query(waiting)).rows;
    return newer !== undefined && newer.query_start > older.query_start;
  }, WAIT);
  expect(changeFeed.current()).toBe(false);

  const notifier = createNotifier(connection.db, 'a writer');
  await waitUntilAppliedElsewhere(connection.db, notifier, await change('key_late'));
  expect(changeFeed.current()).toBe(false);
  await blocker.query('rollback');

  await vi.waitUntil(() => changeFeed.current(), WAIT);
  expect(applied).toContain('key_late');
});

it('is trusted again only with all changes that were committed before, however many', async () => {
  const { changeFeed, applied } = await follow();
  const subjects = Array.from({ length: 1001 }, (_, at) => `mem_${at}`);
  const changes = subjects.map((subjectId) => ({ kind: 'member', subjectId }) as const);
  await connection.db.transaction((tx) => appendChanges(tx, 'org_1', changes));
  const now = performance.now.bind(performance);
  vi.spyOn(performance, 'now').mockImplementation(() => now() + 2001);
  expect(changeFeed.current()).toBe(false);
  changeFeed.wake();
  await vi.waitUntil(() => changeFeed.current(), { interval: 1 });
  expect(applied).toEqual(['all', ...subjects]);
});

it('is not trusted after it has caught up for longer than a lease is', async () => {
  const { changeFeed } = await follow();
  let now = performance.now();
  vi.spyOn(performance, 'now').mockImplementation(() => {
    now += 2001;
    return now;
  });
  await expect(changeFeed.catchUp()).rejects.toMatchObject({ code: 'unavailable' });
});

/**
 * Writers that ask by one connection: a later question is answered after theirs.
 * @returns whether the writer goes on, once the answer to all that it asked must have come
 */
async function startWriter() {
  const writer = connect(config, 1, () => undefined);
  onTestFinished(() => writer.end());
  async function goesOn(settled: Promise<void>): Promise<boolean> {
    let isOver = false;
    void settled.then(() => {
      isOver = true;
    });
    await writer.pool.query('select 1');
    await new Promise(setImmediate);
    return isOver;
  }
  return { writer, goesOn };
}

it('lets a writer go on at once with what it has applied', async () => {
  const { writer, goesOn } = await startWriter();
  const { changeFeed, applied } = await follow({ writer });
  const last = await change('key_applied');
  await vi.waitUntil(() => applied.includes('key_applied'), WAIT);
  expect(await goesOn(changeFeed.waitUntilApplied(last))).toBe(true);
});

it('lets a writer wait for what it has not applied itself', async () => {
  const { writer, goesOn } = await startWriter();
  const { promise: mayApply, resolve: apply } = Promise.withResolvers<void>();
  const { changeFeed, applied } = await follow({ writer, mayApply });
  onTestFinished(() => apply());
  // Its lease does not run out meanwhile, however slow the machine is.
  for (const clock of [performance, Date]) vi.spyOn(clock, 'now').mockReturnValue(clock.now());
  const settled = changeFeed.waitUntilApplied(await change('key_slow'));
  expect(await goesOn(settled)).toBe(false);
  apply();
  await settled;
  expect(applied).toContain('key_slow');
});

it('lets no writer wait for it while it may decide nothing', async () => {
  const { writer, goesOn } = await startWriter();
  const { id, changeFeed } = await follow({ writer });
  const blocker = new pg.Client(config);
  await blocker.connect();
  onTestFinished(() => blocker.end());
  await blocker.query('begin');
  await blocker.query('select 1 from control_plane where id = $1 for update', [id]);
  const now = performance.now.bind(performance);
  vi.spyOn(performance, 'now').mockImplementation(() => now() + 2001);
  expect(changeFeed.current()).toBe(false);
  expect(await goesOn(changeFeed.waitUntilApplied(await change('key_late')))).toBe(true);
  await blocker.query('rollback');
});

it('loads everything anew when the database was set back beneath it', async () => {
  const { id, changeFeed, applied } = await follow();
  const lost = await change('key_lost');
  await vi.waitUntil(() => applied.includes('key_lost'), WAIT);
  // Acknowledged later, it would be so for the change that gets its number.
  await vi.waitUntil(async () => {
    const text = 'select 1 from control_plane where id = $1 and applied_change = $2';
    return (await connection.pool.query(text, [id, lost])).rowCount === 1;
  }, WAIT);
  const before = applied.length;
  await connection.pool.query('delete from change where id = $1', [lost]);
  await connection.pool.query(`alter table change alter column id restart with ${lost}`);
  const setBack = 'update control_plane set applied_change = $2 where id = $1';
  await connection.pool.query(setBack, [id, lost - 1]);

  expect(await change('key_of_an_equal_number')).toBe(lost);

  // The next step renews the lease; stopping waits for it.
  const now = performance.now.bind(performance);
  vi.spyOn(performance, 'now').mockImplementation(() => now() + 2001);
  changeFeed.wake();
  await changeFeed.stop();
  expect(applied.slice(before)).toContain('all');
});

it('loads everything anew when its row was purged in its absence', async () => {
  const { id, changeFeed } = await follow();
  await connection.pool.query('delete from control_plane where id = $1', [id]);

  await vi.waitUntil(async () => {
    const text = 'select 1 from control_plane where id = $1';
    return (await connection.pool.query(text, [id])).rowCount === 1;
  }, WAIT);
  await changeFeed.catchUp();
  expect(changeFeed.current()).toBe(true);
});

it('lets no writer wait beyond a lease, also when the database is gone', async () => {
  const gone = connect({ host: '127.0.0.1', port: 1, database: 'none' }, 1, () => undefined);
  const startedAt = performance.now();

  await waitUntilAppliedElsewhere(gone.db, createNotifier(gone.db, 'a writer'), 1);

  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(2900);
  expect(performance.now() - startedAt).toBeLessThan(30_000);
});

it('notifies other processes after the commit, and only while one of them is behind', async () => {
  const received: string[] = [];
  const listener = new pg.Client(config);
  listener.on('notification', ({ channel }) => void received.push(channel));
  await listener.connect();
  onTestFinished(() => listener.end());
  await listener.query(`listen ${CHANGE_CHANNEL}`);
  const notifier = createNotifier(connection.db, 'a writer');

  const alone = await change('key_alone');
  await waitUntilAppliedElsewhere(connection.db, notifier, alone);
  await notifier.flush();
  await listener.query('select 1');
  expect(received).toEqual([]);

  await follow();
  const shared = await change('key_shared');
  await listener.query('select 1');
  expect(received).toEqual([]);
  await waitUntilAppliedElsewhere(connection.db, notifier, shared);
  await notifier.flush();
  await listener.query('select 1');
  expect(received).toContain(CHANGE_CHANNEL);
});

it('applies a change once, though several writers have read it', async () => {
  const { changeFeed, applied } = await follow();
  const last = await change('key_read');

  const reads = [1, 2, 3].map(() => changeFeed.readAfterCommit(connection.db));
  await Promise.all(reads);
  await changeFeed.waitUntilApplied(last);

  expect(applied.filter((id) => id === 'key_read')).toHaveLength(1);
});

it('sends what is asked for while a notification is under way as one more', async () => {
  const listener = new pg.Client(config);
  const received: string[] = [];
  listener.on('notification', ({ payload = '' }) => void received.push(payload));
  await listener.connect();
  onTestFinished(() => listener.end());
  await listener.query(`listen ${CHANGE_CHANNEL}`);
  const notifier = createNotifier(connection.db, 'a batch');

  for (let count = 0; count < 50; count += 1) notifier.notify(CHANGE_CHANNEL);
  await new Promise(setImmediate);
  for (let count = 0; count < 50; count += 1) notifier.notify(CHANGE_CHANNEL);
  await notifier.flush();

  await listener.query('select 1');
  expect(received).toEqual(['a batch', 'a batch']);
});
