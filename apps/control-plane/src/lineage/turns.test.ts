import { expect, it } from 'vitest';
import type { Database } from '../db/connect.ts';
import { createTurns } from './turns.ts';

/** Turns are kept for an object, whatever it is. */
const db = {} as Database;

it('does one thing at a time, in the order in which they were asked for, also after one that failed', async () => {
  const inTurn = createTurns();
  const steps: string[] = [];
  const step = (name: string, fails = false) =>
    inTurn(db, async () => {
      steps.push(`${name} begins`);
      await new Promise(setImmediate);
      steps.push(`${name} ends`);
      if (fails) throw new Error(name);
      return name;
    });
  const outcomes = await Promise.allSettled([step('first'), step('second', true), step('third')]);
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(steps).toEqual(
    ['first', 'second', 'third'].flatMap((name) => [`${name} begins`, `${name} ends`]),
  );
});

it('refuses what would wait behind too many, and goes on once there is room', async () => {
  const inTurn = createTurns(1);
  const { promise: until, resolve: end } = Promise.withResolvers<void>();
  const running = inTurn(db, () => until);
  const waiting = inTurn(db, async () => 'waited');
  await expect(inTurn(db, async () => 'late')).rejects.toMatchObject({ code: 'unavailable' });
  end();
  await running;
  expect(await waiting).toBe('waited');
  expect(await inTurn(db, async () => 'again')).toBe('again');
});
