import pg from 'pg';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { connect } from '../db/connect.ts';
import { makeKey, type TestKey } from '../testing/keys.ts';
import { addMember, choosePlan, claimedOrganization } from '../testing/people.ts';
import { type Query, queryDatabase } from '../testing/query-database.ts';
import { claimServer, startTestApp, type TestApp } from '../testing/test-app.ts';
import { whileHeld } from '../testing/while-held.ts';
import { storeUsage } from './store-usage.ts';
import { startUsageCounter } from './usage-counter.ts';
import type { UsageRow } from './usage-row.ts';

const MINUTE_MS = 60_000;
const START_MS = Date.UTC(2030, 0, 1);

let app: TestApp;
let query: Query;
let organizationId: string;
let keys: TestKey[];
let secondOwnerId: string;

beforeAll(async () => {
  app = await startTestApp();
  query = queryDatabase(app.database);
  const owner = await claimServer(app);
  await choosePlan(app, 'enterprise');
  ({ organizationId } = await claimedOrganization(app));
  keys = await Promise.all(Array.from({ length: 5 }, () => makeKey(app, owner)));
  const second = await addMember(app, organizationId, 'admin');
  secondOwnerId = second.memberId;
  await makeKey(app, second.client);
});

function subjectOf(key: TestKey) {
  const { id, createdBy, workspaceId } = key;
  return { organizationId, keyId: id, ownerId: createdBy.memberId, workspaceId };
}

async function countsOf(key: TestKey) {
  const [counts] = await query<{ accepted: number; denied: number }>(
    `select coalesce(sum(accepted), 0)::int as accepted, coalesce(sum(denied), 0)::int as denied
     from key_usage where key_id = $1`,
    [key.id],
  );
  return counts;
}

async function lastUses(): Promise<(number | undefined)[]> {
  const rows = await query<{ id: string; last_used_at: Date | null }>(
    'select id, last_used_at from api_key',
  );
  return keys.map((key) => rows.find(({ id }) => id === key.id)?.last_used_at?.getTime());
}

describe('the usage counter', () => {
  it('stores all counts at once, last uses a part at a time, and none is left at the end', async () => {
    const counter = startUsageCounter(app.services.db, 'a source', app.services.log, 2);
    for (const [at, key] of keys.entries()) counter.count(subjectOf(key), true, START_MS + at);
    await counter.flush();
    for (const key of keys) expect(await countsOf(key)).toEqual({ accepted: 1, denied: 0 });
    const stored = (await lastUses()).filter((time) => time !== undefined);
    expect(stored.length).toBeLessThan(keys.length);
    // The key that waits longest is used again, and loses no turn by that.
    const [first] = keys;
    if (first) counter.count(subjectOf(first), true, START_MS + MINUTE_MS);
    await counter.stop();
    const times = keys.map((_, at) => START_MS + (at === 0 ? MINUTE_MS : at));
    expect(await lastUses()).toEqual(times);
  });
});

describe('a batch', () => {
  it('adds what many keys did in several minutes to what is stored, and to their sums', async () => {
    const row = (key: TestKey, minute: number, accepted: number, denied: number): UsageRow => ({
      ...subjectOf(key),
      minuteMs: START_MS + minute * MINUTE_MS,
      accepted,
      denied,
      lastAcceptedMs: accepted === 0 ? 0 : START_MS + minute * MINUTE_MS + 1,
    });
    const before = await Promise.all(keys.map(countsOf));
    const rows = keys.flatMap((key, at) => [row(key, 10, at, 1), row(key, 11, 1, 0)]);
    const { db } = app.services;
    await storeUsage(db, 'another source', 1, rows);
    await storeUsage(db, 'another source', 1, rows);
    for (const [at, key] of keys.entries()) {
      expect(await countsOf(key)).toEqual({
        accepted: (before[at]?.accepted ?? 0) + at + 1,
        denied: 1,
      });
    }
    const sums = await query(
      `select accepted::int, denied::int, workspace_id from organization_usage
       where minute >= to_timestamp($1) order by minute`,
      [(START_MS + 10 * MINUTE_MS) / 1000],
    );
    expect(sums).toEqual([
      { accepted: 10, denied: 5, workspace_id: '' },
      { accepted: 5, denied: 0, workspace_id: '' },
    ]);
    const last = START_MS + 11 * MINUTE_MS + 1;
    expect(await lastUses()).toEqual(keys.map(() => last));
    const [total] = await query<{ at: Date }>('select max(last_call_at) as at from key_total');
    expect(total?.at.getTime()).toBe(last);
  });

  it('that is sent again costs no connection', async () => {
    const connection = connect(app.database, 1, () => undefined);
    onTestFinished(() => connection.end());
    const [key] = keys;
    if (!key) throw new Error('There is no key');
    const row = { ...subjectOf(key), minuteMs: START_MS, accepted: 1, denied: 0 };
    const store = () =>
      storeUsage(connection.db, 'a repeating source', 1, [{ ...row, lastAcceptedMs: 0 }]);
    const pid = async () =>
      (await connection.pool.query<{ pid: number }>('select pg_backend_pid() as pid')).rows[0]?.pid;
    await store();
    const before = await pid();

    for (let count = 0; count < 3; count += 1) await store();

    expect(await pid()).toBe(before);
  });

  it('waits for a change that a key makes, without stopping it', async () => {
    const [key] = keys;
    if (!key) throw new Error('There is no key');
    const change = new pg.Client(app.database);
    await change.connect();
    onTestFinished(() => change.end());
    await change.query('begin');
    // As a key does that creates another one: first it is confirmed, later the new key is counted.
    await change.query('select 1 from api_key where id = $1 for share', [key.id]);
    const row = { ...subjectOf(key), minuteMs: START_MS, accepted: 1, denied: 0 };
    const stored = storeUsage(app.services.db, 'a third source', 1, [
      { ...row, lastAcceptedMs: START_MS + 12 * MINUTE_MS },
    ]);
    const waiting = `select 1 from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`;
    await vi.waitUntil(async () => (await query(waiting)).length > 0);
    await change.query('select 1 from key_total for no key update nowait');
    await change.query('commit');
    await stored;
    expect((await lastUses())[0]).toBe(START_MS + 12 * MINUTE_MS);
  });

  it.each([
    ['keys', 'keys'],
    ['keys', 'totals'],
    ['totals', 'keys'],
    ['totals', 'totals'],
  ] as const)(
    'holds no row while it waits for another: a change that locked %s goes on to %s',
    async (first, then) => {
      const [one, other] = keys.toSorted((a, b) => (a.id < b.id ? -1 : 1)) as [TestKey, TestKey];
      const owners = [one.createdBy.memberId, secondOwnerId].toSorted() as [string, string];
      const rows = [one, other].map((key, at) => ({
        ...{ ...subjectOf(key), ownerId: owners[at] ?? '' },
        ...{ minuteMs: START_MS, accepted: 1, denied: 0 },
        lastAcceptedMs: START_MS + 13 * MINUTE_MS,
      }));
      const lockKey = (holder: pg.Client, { id }: TestKey) =>
        holder.query('select 1 from api_key where id = $1 for share', [id]);
      const lockTotal = (holder: pg.Client, ownerId: string) =>
        holder.query('select 1 from key_total where member_id = $1 for no key update', [ownerId]);
      // As changes of two callers do that share a transaction, in whichever order they came.
      await whileHeld(
        app.database,
        (holder) => (first === 'keys' ? lockKey(holder, other) : lockTotal(holder, owners[1])),
        () => storeUsage(app.services.db, `a source by ${first} and ${then}`, 1, rows),
        (holder) => (then === 'keys' ? lockKey(holder, one) : lockTotal(holder, owners[0])),
      );
      const [stored] = await query<{ times: Date[] }>(
        'select array_agg(last_used_at) as times from api_key where id in ($1, $2)',
        [one.id, other.id],
      );
      const last = new Date(START_MS + 13 * MINUTE_MS);
      expect(stored?.times).toEqual([last, last]);
      expect(
        await query(
          'select distinct last_call_at from key_total where member_id in ($1, $2)',
          owners,
        ),
      ).toEqual([{ last_call_at: last }]);
    },
  );
});
