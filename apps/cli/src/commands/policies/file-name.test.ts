import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyText } from '../../testing/any-text.ts';
import { nameOnDisk, plainName } from './file-name.ts';

const never = () => false;

test.each([
  ['Allow keys with apis.call', 'allow-keys-with-apis-call'],
  ['../../etc/passwd', 'etc-passwd'],
  ['C:\\Windows', 'c-windows'],
  ['Büro', 'buro'],
  ['.hidden.', 'hidden'],
  ['a\0b\nc', 'a-b-c'],
])('%j becomes %s', (name, expected) => {
  expect(nameOnDisk(name, name, never)).toBe(expected);
});

test.each(['..', '', '日本', 'CON', 'nul', 'LPT1', '_organization/..'])(
  'for %j the name on disk is no other thing',
  (name) => {
    const found = nameOnDisk(name, name, never);
    expect(found).not.toMatch(/^(con|nul|lpt1|_organization)$/);
    expect(found).toMatch(/^[a-z0-9]/);
  },
);

test('names that would be one on disk differ there', () => {
  const isTaken = (name: string) => name === 'a-b';
  const found = ['a b', 'A/B', 'a.b'].map((name) => nameOnDisk(name, name, isTaken));
  expect(new Set(found).size).toBe(3);
  expect(found.every((name) => name.startsWith('a-b_'))).toBe(true);
});

test('no name leads elsewhere, or is too long', () => {
  fc.assert(
    fc.property(anyText, fc.boolean(), (name, isTaken) => {
      const found = nameOnDisk(name, name, (each) => isTaken && each === plainName(name));
      expect(found).toMatch(/^[a-z0-9][a-z0-9_-]{0,66}$/);
    }),
  );
});
