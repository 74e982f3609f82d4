import { expect, it } from 'vitest';
import type { Database } from '../db/connect.ts';
import { createLimitedTurns } from './limited-turns.ts';

/** Turns are kept for an object, whatever it is. */
const db = {} as Database;

it('does the work of all one after the other, with everything else in between', async () => {
  const inTurn = createLimitedTurns('things are done');
  let between = 0;
  const count = () => {
    between += 1;
    counting = setImmediate(count);
  };
  let counting = setImmediate(count);
  const at = await Promise.all(
    ['org_1', 'org_1', 'org_2', 'org_1'].map((id) => inTurn(db, id, () => between)),
  );
  clearImmediate(counting);
  expect(new Set(at).size).toBe(4);
  expect(at).toEqual(at.toSorted((a, b) => a - b));
});

it('lets ten wait of an organization, and goes on after work that failed', async () => {
  const inTurn = createLimitedTurns('things are done');
  const failing = inTurn(db, 'org_1', () => Promise.reject(new Error('of the work')));
  const asked = await Promise.allSettled([
    failing,
    ...Array.from({ length: 10 }, () => inTurn(db, 'org_1', () => 'done')),
    inTurn(db, 'org_2', () => 'done'),
  ]);
  const done = { status: 'fulfilled', value: 'done' };
  expect(asked).toMatchObject([
    { status: 'rejected', reason: { message: 'of the work' } },
    ...Array.from({ length: 9 }, () => done),
    { status: 'rejected', reason: { code: 'rate_limited', retryAfterS: 2 } },
    done,
  ]);
  expect(await inTurn(db, 'org_1', () => 'done')).toBe('done');
});
