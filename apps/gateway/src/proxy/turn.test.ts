import { expect, it } from 'vitest';
import { createTurn } from './turn.ts';

it('settles once for all that was decided in a turn, before any of it goes on', async () => {
  const events: string[] = [];
  const hold = createTurn(() => events.push('settled'));
  const held = (name: string) => ({
    release: () => void events.push(name),
    fail: () => void events.push('failed'),
  });
  hold(held('first'));
  hold(held('second'));
  expect(events).toEqual([]);
  await new Promise(setImmediate);
  expect(events).toEqual(['settled', 'first', 'second']);
  hold(held('third'));
  await new Promise(setImmediate);
  expect(events.slice(3)).toEqual(['settled', 'third']);
});
