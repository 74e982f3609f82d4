import { expect, it } from 'vitest';
import { isLoopback, joinLine } from './join-line.ts';

it('makes one line that a shell takes as it stands, with the join key in no argument', () => {
  expect(joinLine('tk_join_abc', 'https://keys.example.com')).toBe(
    'TOLLKEEPER_JOIN_KEY=tk_join_abc npx tollkeeper gateway --control-plane https://keys.example.com --upstream http://127.0.0.1:3000',
  );
});

it.each([
  'http://127.0.0.1:7420',
  'http://localhost:7420',
  'http://[::1]:7420',
  'http://127.9.9.9',
])('knows that no other machine finds %s', (address) => expect(isLoopback(address)).toBe(true));

it.each(['https://keys.example.com', 'http://10.0.0.1:7420', 'http://localhost.example.com'])(
  'takes %s for an address that others find',
  (address) => expect(isLoopback(address)).toBe(false),
);
