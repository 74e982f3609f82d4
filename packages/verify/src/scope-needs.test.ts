import { expect, it } from 'vitest';
import { callNeeds } from './scope-needs.ts';
import { NO_SCOPES, scopeSet } from './scope-set.ts';

it('tells calls apart that need more besides, whatever was asked before', () => {
  const call = scopeSet(['apis.call']);
  const required = scopeSet(['usage.read']);
  for (const [always, expected] of [
    [call, 'apis.call,usage.read,?'],
    [NO_SCOPES, 'usage.read,?'],
    [call, 'apis.call,usage.read,?'],
  ] as const) {
    expect(callNeeds(required, always, undefined)).toBe(expected);
  }
});
