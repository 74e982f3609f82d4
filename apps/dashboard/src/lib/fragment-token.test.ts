import { expect, it } from 'vitest';
import { tokenFrom } from './fragment-token.ts';

it.each(['abc123', '  abc123 ', '#token=abc123', 'http://127.0.0.1:7420/setup#token=abc123'])(
  'finds the token in "%s"',
  (pasted) => {
    expect(tokenFrom(pasted)).toBe('abc123');
  },
);
