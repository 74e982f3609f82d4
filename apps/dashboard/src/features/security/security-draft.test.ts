import { expect, it } from 'vitest';
import { changeOf, draftOf } from './security-draft.ts';

const SAVED = {
  keyLifetimeDaysMax: 90,
  keyUnusedDaysMax: null,
  allowedIps: ['10.0.0.0/8'],
  twoFactorRequired: false,
  sessionHoursMax: 168,
};

it('finds no change in a draft as it was loaded', () => {
  expect(changeOf(draftOf(SAVED), SAVED)).toEqual({});
});

it('sends only what was changed, and an emptied field as null', () => {
  const draft = { ...draftOf(SAVED), keyLifetimeDaysMax: '', allowedIps: [] };
  expect(changeOf(draft, SAVED)).toEqual({ keyLifetimeDaysMax: null, allowedIps: [] });
});

it.each([
  { keyLifetimeDaysMax: '0' },
  { keyUnusedDaysMax: 'soon' },
  { sessionHoursMax: '' },
  { sessionHoursMax: '721' },
])('makes no change of what it cannot read: %j', (part) => {
  expect(changeOf({ ...draftOf(SAVED), ...part }, SAVED)).toBeUndefined();
});
