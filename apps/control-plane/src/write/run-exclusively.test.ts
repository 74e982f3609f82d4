import { drizzle } from 'drizzle-orm/node-postgres';
import { expect, it, onTestFinished, vi } from 'vitest';
import type { Database } from '../db/connect.ts';
import { queueOf } from './commit.ts';
import { runExclusively } from './run-exclusively.ts';

const ada = { owner: 'ada', credential: 'sessions' };
const bob = { owner: 'bob', credential: 'sessions' };

/** Runs something that ends when the test says so. */
function held(db: Database, organizationIds: string[], caller = ada) {
  const { promise, resolve } = Promise.withResolvers<void>();
  const run = vi.fn(() => promise);
  const ended = runExclusively(db, organizationIds, caller, run);
  const end = async () => {
    resolve();
    await ended;
    await new Promise(setImmediate);
  };
  return { run, end };
}

it('waits for the turn of each organization', async () => {
  const db = drizzle.mock<Record<string, never>>();
  const [a, b] = [held(db, ['a']), held(db, ['b'])];
  const both = held(db, ['a', 'b'], bob);
  await a.end();
  expect(both.run).not.toHaveBeenCalled();
  await b.end();
  expect(both.run).toHaveBeenCalledOnce();
  const after = [held(db, ['a']), held(db, ['b'])];
  for (const { run } of after) expect(run).not.toHaveBeenCalled();
  await both.end();
  for (const { run } of after) expect(run).toHaveBeenCalledOnce();
});

it('holds the turn of no organization while it waits for that of another', async () => {
  const db = drizzle.mock<Record<string, never>>();
  const busy = held(db, ['b']);
  const both = held(db, ['a', 'b'], bob);
  const other = held(db, ['a']);
  await new Promise(setImmediate);
  expect(other.run).toHaveBeenCalledOnce();
  await other.end();
  await busy.end();
  expect(both.run).toHaveBeenCalledOnce();
  await both.end();
});

/** Changes that somebody else makes in the organization, one after the other, until the test ends. */
function keepBusy(db: Database, organizationId: string) {
  let isOver = false;
  const eve = { owner: 'eve', credential: 'key' };
  const change = () => new Promise<void>((resolve) => setImmediate(resolve));
  const makeChanges = async () => {
    while (!isOver) await queueOf(db).runExclusively(organizationId, eve, change);
  };
  // While one is answered, the other runs.
  void makeChanges();
  void makeChanges();
  onTestFinished(() => {
    isOver = true;
  });
}

it('has its turn where every organization is always busy', async () => {
  const db = drizzle.mock<Record<string, never>>();
  for (const id of ['a', 'b', 'c']) keepBusy(db, id);
  const users = ['ada', 'bob', 'cyd'].map((owner) => ({ owner, credential: owner }));
  const orders = [
    ['a', 'b', 'c'],
    ['c', 'b', 'a'],
    ['b', 'c'],
  ];
  const runs = users.map((user, at) => {
    const run = async () => user.owner;
    return runExclusively(db, orders[at] ?? [], user, run);
  });
  expect(await Promise.all(runs)).toEqual(['ada', 'bob', 'cyd']);
});

it('gives a turn back that it has held too long, and runs once', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const db = drizzle.mock<Record<string, never>>();
  const first = held(db, ['b']);
  const both = held(db, ['a', 'b'], bob);
  await new Promise(setImmediate);
  const second = held(db, ['b']);
  await first.end();
  const other = held(db, ['a']);
  expect(other.run).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(other.run).toHaveBeenCalledOnce();
  await other.end();
  await second.end();
  expect(both.run).toHaveBeenCalledOnce();
  await both.end();
  const after = held(db, ['a', 'b']);
  expect(after.run).toHaveBeenCalledOnce();
  await after.end();
  expect(both.run).toHaveBeenCalledOnce();
});

it('runs at once for somebody without an organization', async () => {
  expect(
    await runExclusively(drizzle.mock<Record<string, never>>(), [], ada, async () => 'ran'),
  ).toBe('ran');
});
