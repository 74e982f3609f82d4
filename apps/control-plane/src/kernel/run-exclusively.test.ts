import { drizzle } from 'drizzle-orm/node-postgres';
import { expect, it, vi } from 'vitest';
import type { Database } from '../db/connect.ts';
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

it('runs at once for somebody without an organization', async () => {
  expect(
    await runExclusively(drizzle.mock<Record<string, never>>(), [], ada, async () => 'ran'),
  ).toBe('ran');
});
