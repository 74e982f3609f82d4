import { expect, it } from 'vitest';
import { createRandomBytes } from './random-bytes.ts';

/** Draws that count up, so that each byte shows where it was drawn. */
function countingSource() {
  const draws: Uint8Array[] = [];
  let next = 0;
  const draw = (count: number) => {
    const bytes = Uint8Array.from({ length: count }, () => next++ % 251);
    draws.push(bytes);
    return bytes;
  };
  return { draws, draw };
}

it('hands every byte out once, in few draws', () => {
  const { draws, draw } = countingSource();
  const randomBytes = createRandomBytes(draw);

  const handed = Array.from({ length: 1000 }, () => [...randomBytes(32)]).flat();

  const drawn = draws.flatMap((bytes) => [...bytes]);
  expect(handed).toEqual(drawn.slice(0, handed.length));
  expect(draws).toHaveLength(8);
});

it('leaves what it has handed out alone, and draws anew for more than it keeps', () => {
  const randomBytes = createRandomBytes(countingSource().draw);
  const first = randomBytes(4);
  const copy = [...first];

  for (let count = 0; count < 500; count += 1) randomBytes(32);

  expect([...first]).toEqual(copy);
  expect(randomBytes(10_000)).toHaveLength(10_000);
});

it('keeps no byte that it has handed out', () => {
  const bytes = createRandomBytes()(32);
  expect(bytes.buffer.byteLength).toBe(32);
  expect(new Set(bytes).size).toBeGreaterThan(1);
});
