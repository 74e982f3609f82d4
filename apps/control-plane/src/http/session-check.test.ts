import { expect, it } from 'vitest';
import { isCheckOutdated } from './session-check.ts';

const check = { atMs: Date.parse('2026-01-01T00:00:00Z'), appliedChange: 7 };

function isOutdated(afterMs: number, appliedChange = 7, isCurrent = true): boolean {
  return isCheckOutdated(check, {
    clock: () => new Date(check.atMs + afterMs),
    changeFeed: { lastApplied: () => appliedChange, current: () => isCurrent },
  });
}

it('needs no second look-up for a quick answer', () => {
  expect(isOutdated(0)).toBe(false);
  expect(isOutdated(99)).toBe(false);
});

it('needs one once a tenth of a second has passed, or the clock was set back', () => {
  expect(isOutdated(100)).toBe(true);
  expect(isOutdated(-100)).toBe(true);
});

it('needs one once a change was applied, or changes may have been missed', () => {
  expect(isOutdated(0, 8)).toBe(true);
  expect(isOutdated(0, 7, false)).toBe(true);
});
