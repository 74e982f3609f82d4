import { expect, it } from 'vitest';
import { replayWords, unknownWords, whoseWords } from './replay-words.ts';

const ANSWER = { calls: 18_030, refused: 412, unknown: 0, keysRefused: 3, keys: [1, 2, 3] };

it('says how many calls would have been refused, and of how many keys', () => {
  expect(replayWords('this edit', ANSWER)).toBe(
    'In the last 24 hours, this edit would have refused 412 of 18,030 calls, by these 3 keys.',
  );
  expect(replayWords('this policy', { ...ANSWER, keysRefused: 1, keys: [1] })).toMatch(
    /this policy would have refused 412 of 18,030 calls, by this key\.$/,
  );
  expect(replayWords('this edit', { ...ANSWER, keysRefused: 1200 })).toMatch(
    /by 1,200 keys, of which these 3 made the most\.$/,
  );
});

it('claims nothing about calls of which the answer is unknown', () => {
  const none = { refused: 0, keysRefused: 0, keys: [] };
  const some = { ...ANSWER, unknown: 30 };
  expect(replayWords('this edit', some)).toMatch(/refused at least 412 of 18,030 calls, by/);
  expect(replayWords('this edit', { ...some, ...none })).toMatch(/refused none of 18,000 calls\.$/);
  expect(replayWords('this edit', { ...ANSWER, ...none, unknown: 18_030 })).toBe(
    'Whether this edit would have refused calls of the last 24 hours is unknown.',
  );
  expect(unknownWords(some)).toMatch(/^The answer is unknown for 30 calls\. /);
  expect(unknownWords({ ...some, ...none })).toMatch(/^The answer is unknown for 30 more calls\. /);
  expect(unknownWords({ calls: 5, refused: 0, unknown: 5 })).toMatch(
    /^The answer is unknown for all 5 calls\./,
  );
});

it('says that nothing was counted', () => {
  expect(replayWords('this edit', { ...ANSWER, calls: 0, refused: 0 })).toMatch(
    /^Gateways counted/,
  );
});

it('says whose calls were asked about', () => {
  expect(whoseWords('production', true)).toBe(
    'Counted are calls of all keys in the workspace "production".',
  );
  expect(whoseWords(undefined, false)).toBe('Counted are calls of your own keys.');
});
