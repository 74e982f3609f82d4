import { expect, test } from 'vitest';
import { isSentInClear, parseServerUrl } from './server-url.ts';

test.each([
  ['http://127.0.0.1:7420/', 'http://127.0.0.1:7420'],
  ['https://keys.example.com/tollkeeper/', 'https://keys.example.com/tollkeeper'],
])('takes %s as %s', (text, url) => {
  expect(parseServerUrl(text)).toBe(url);
});

test.each(['', 'keys.example.com', 'ftp://h', 'http://ada:pw@h', 'http://h?x=1', 'http://h#x'])(
  'refuses %j as a server and does not repeat it',
  (text) => {
    expect(() => parseServerUrl(text)).toThrow(/^The server's address cannot be used/);
  },
);

test('warns of plain http except on this machine', () => {
  expect(isSentInClear('http://keys.example.com')).toBe(true);
  expect(isSentInClear('https://keys.example.com')).toBe(false);
  expect(isSentInClear('http://localhost:7420')).toBe(false);
  expect(isSentInClear('http://[::1]:7420')).toBe(false);
});
