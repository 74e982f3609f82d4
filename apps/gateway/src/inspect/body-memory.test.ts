import { expect, it } from 'vitest';
import { createBodyMemory } from './body-memory.ts';

it('leaves room for other keys, whatever one key takes', () => {
  const memory = createBodyMemory(() => 1000);
  const one = memory.ofKey('key_1', 10);
  expect(one.take(200)).toBeUndefined();
  // What it has is counted over all its calls.
  expect(memory.ofKey('key_1', 10).take(51)).toBe('key');
  expect(one.take(50)).toBeUndefined();
  const others = ['key_2', 'key_3', 'key_4'].map((id) => memory.ofKey(id, 10));
  expect(others.map((each) => each.take(250))).toEqual([undefined, undefined, undefined]);
  expect(memory.ofKey('key_5', 10).take(1)).toBe('total');
  one.give(250);
  expect(one.take(250)).toBeUndefined();
  for (const each of [one, ...others]) each.give(250);
  expect(memory.used()).toBe(0);
});

it('always has room for a message and its answer, as far as there is memory', () => {
  const memory = createBodyMemory(() => 1000);
  const key = memory.ofKey('key_1', 400);
  expect([key.take(400), key.take(400), key.take(1)]).toEqual([undefined, undefined, 'key']);
  expect(
    createBodyMemory(() => 300)
      .ofKey('key_1', 400)
      .take(301),
  ).toBe('total');
});
