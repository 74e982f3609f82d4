import { expect, it } from 'vitest';
import { isKeyCheckValid } from './authenticate-key.ts';

const check = { revision: 7, validUntilMs: Date.parse('2026-01-01T00:00:00Z') };

function isValid(atMs: number, revision = 7, isCurrent = true): boolean {
  return isKeyCheckValid(check, {
    clock: () => new Date(atMs),
    changeFeed: { current: () => isCurrent },
    keys: { revision: () => revision },
  });
}

it('holds until the key runs out', () => {
  expect(isValid(check.validUntilMs - 1)).toBe(true);
  expect(isValid(check.validUntilMs)).toBe(false);
});

it('holds until something changed, or may have', () => {
  expect(isValid(0, 8)).toBe(false);
  expect(isValid(0, 7, false)).toBe(false);
});
