import { expect, it } from 'vitest';
import { groupByReason } from './use-bulk-change.ts';

it('groups keys that were refused for the same reason, which names none of them', () => {
  const refusal = (name: string, code: 'not_found' | 'invalid_state' | 'scope_not_held') => ({
    id: `key_${name}`,
    name,
    code,
  });
  const groups = groupByReason([
    { ...refusal('a', 'not_found'), detail: 'There is no API key "key_a" that you can see.' },
    { ...refusal('b', 'not_found'), detail: 'There is no API key "key_b" that you can see.' },
    {
      ...refusal('c', 'invalid_state'),
      detail: 'Cannot enable the key "c": it is revoked for good. Create a new key.',
    },
    {
      ...refusal('d', 'invalid_state'),
      detail: 'Cannot enable the key "d": it is revoked for good. Create a new key.',
    },
    { ...refusal('e', 'scope_not_held'), detail: 'You do not hold "billing.manage".' },
  ]);
  expect(groups.map(({ reason, keys }) => [reason, keys.map(({ name }) => name)])).toEqual([
    ['It was deleted meanwhile, or you can no longer see it.', ['a', 'b']],
    ['It is revoked for good. Create a new key.', ['c', 'd']],
    ['You do not hold "billing.manage".', ['e']],
  ]);
});
