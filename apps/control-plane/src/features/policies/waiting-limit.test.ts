import { expect, it } from 'vitest';
import { createTurns } from './waiting-limit.ts';

it('does the work of all one after the other, with everything else in between', async () => {
  const inTurn = createTurns('things are done');
  let between = 0;
  const count = () => {
    between += 1;
    counting = setImmediate(count);
  };
  let counting = setImmediate(count);
  const at = await Promise.all(
    ['org_1', 'org_1', 'org_2', 'org_1'].map((id) => inTurn(id, () => between)),
  );
  clearImmediate(counting);
  expect(new Set(at).size).toBe(4);
  expect(at).toEqual(at.toSorted((a, b) => a - b));
});

it('lets ten wait of an organization, and goes on after work that failed', async () => {
  const inTurn = createTurns('things are done');
  const failing = inTurn('org_1', () => Promise.reject(new Error('of the work')));
  const asked = await Promise.allSettled([
    failing,
    ...Array.from({ length: 10 }, () => inTurn('org_1', () => 'done')),
    inTurn('org_2', () => 'done'),
  ]);
  const done = { status: 'fulfilled', value: 'done' };
  expect(asked).toMatchObject([
    { status: 'rejected', reason: { message: 'of the work' } },
    ...Array.from({ length: 9 }, () => done),
    { status: 'rejected', reason: { code: 'rate_limited', retryAfterS: 2 } },
    done,
  ]);
  expect(await inTurn('org_1', () => 'done')).toBe('done');
});
