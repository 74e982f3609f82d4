import { expect, test } from 'vitest';
import { installsEverything } from './borrow-npm.mjs';

test.each([
  ['18.20.8', false],
  ['20.18.3', false],
  ['20.19.0', true],
  ['21.7.3', false],
  ['22.11.0', false],
  ['22.12.0', true],
  ['23.0.0', true],
  ['26.10.0', true],
])('knows whether npm on Node %s leaves binaries out', (version, everything) => {
  expect(installsEverything(version)).toBe(everything);
});
