import { TAG_LENGTH_MAX } from '@tollkeeper/contract';
import { expect, it } from 'vitest';
import { splitTags } from './tags-field.tsx';

it('takes pasted tags apart, with the spaces within them, and keeps what is none for correction', () => {
  const long = 'x'.repeat(TAG_LENGTH_MAX + 1);
  expect(splitTags(` team a, prod ,,prod\nci, ${long}, a\u202eb`)).toEqual({
    good: ['ci', 'prod', 'team a'],
    bad: ['a\u202eb', long],
  });
});
