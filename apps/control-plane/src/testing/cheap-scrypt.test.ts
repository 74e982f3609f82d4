import { scrypt } from 'node:crypto';
import { expect, it } from 'vitest';

it('fails what derives from a password at less than the cost of the product', () => {
  const derive = (N: number) => () =>
    scrypt('a password', 'salt', 64, { N, r: 16, p: 1, maxmem: 2 ** 27 }, () => undefined);
  expect(derive(16_384)).not.toThrow();
  expect(derive(8192)).toThrow('too low a cost');
});
