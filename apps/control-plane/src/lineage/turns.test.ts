import { expect, it } from 'vitest';
import type { Database } from '../db/connect.ts';
import { createTurns } from './turns.ts';

/** Turns are kept for an object, whatever it is. */
const db = {} as Database;

type Turns = ReturnType<typeof createTurns>;

/** Work that lasts until it is ended, and says when it began. */
function hold(inTurn: Turns, organizationId: string) {
  const [begun, ending] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const done = inTurn(db, organizationId, () => {
    begun.resolve();
    return ending.promise;
  });
  return { begun: begun.promise, end: ending.resolve, done };
}

it('does one thing of an organization at a time, in their order, also after one that failed', async () => {
  const inTurn = createTurns();
  const steps: string[] = [];
  const step = (name: string, fails = false) =>
    inTurn(db, 'one', async () => {
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

it('keeps no organization waiting for another, while there is room', async () => {
  const inTurn = createTurns({ atOnceMax: 2 });
  const long = hold(inTurn, 'one');
  const next = inTurn(db, 'one', async () => 'waited');
  await long.begun;
  expect(await inTurn(db, 'other', async () => 'at once')).toBe('at once');
  long.end();
  expect(await next).toBe('waited');
});

it('gives each organization its turn, however much waits in the line of another', async () => {
  const inTurn = createTurns({ atOnceMax: 1 });
  const order: string[] = [];
  const first = hold(inTurn, 'one');
  const all = ['one', 'one', 'one', 'other', 'third', 'other'].map((organizationId) =>
    inTurn(db, organizationId, async () => order.push(organizationId)),
  );
  first.end();
  await Promise.all(all);
  expect(order).toEqual(['one', 'other', 'third', 'one', 'other', 'one']);
});

it('runs the work of no more organizations at once than may', async () => {
  const inTurn = createTurns({ atOnceMax: 2 });
  const [first, second, third] = ['one', 'other', 'third'].map((id) => hold(inTurn, id));
  let isThirdBegun = false;
  void third?.begun.then(() => {
    isThirdBegun = true;
  });
  await Promise.all([first?.begun, second?.begun]);
  await new Promise(setImmediate);
  expect(isThirdBegun).toBe(false);
  second?.end();
  await third?.begun;
  for (const each of [first, third]) each?.end();
});

it('refuses what would wait behind too many of its organization, until there is room', async () => {
  const inTurn = createTurns({ waitingMax: 1 });
  const running = hold(inTurn, 'one');
  const waiting = inTurn(db, 'one', async () => 'waited');
  const late = () => inTurn(db, 'one', async () => 'late');
  await expect(late()).rejects.toMatchObject({ code: 'unavailable' });
  expect(await inTurn(db, 'other', async () => 'other')).toBe('other');
  running.end();
  await running.done;
  expect(await waiting).toBe('waited');
  expect(await late()).toBe('late');
});
