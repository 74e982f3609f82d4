import { expect, it, vi } from 'vitest';
import { createAdaptiveSpan } from './adaptive-span.ts';

const timedOut = () => Promise.reject(Object.assign(new Error('too long'), { code: '57014' }));

it('looks through more while statements are quick, and through less where one takes too long', async () => {
  // However slow the machine is.
  vi.spyOn(performance, 'now').mockReturnValue(0);
  const span = createAdaptiveSpan();
  const first = span.events;
  expect(
    await span.read(
      async () => 'some',
      () => false,
    ),
  ).toBe('some');
  expect(span.events).toBe(first);
  await span.read(
    async () => 'all',
    () => true,
  );
  expect(span.events).toBe(4 * first);
  expect(await span.read(timedOut, () => true)).toBe(undefined);
  expect(span.events).toBe(first / 2);
  await span.read(timedOut, () => true);
  // Nothing shorter is any use: the database does not answer.
  await expect(span.read(timedOut, () => true)).rejects.toThrow('too long');
});
