import { expect, it } from 'vitest';
import { passkeyAddressFault } from './web-authn.ts';

const LOCAL = 'http://localhost:7420';

it.each([
  [LOCAL, LOCAL],
  ['https://keys.example.com', 'https://keys.example.com'],
  [LOCAL, ''],
])('allows passkeys at %s with the base URL %j', (opened, configured) => {
  expect(passkeyAddressFault(opened, configured)).toBeUndefined();
});

it.each([
  'http://127.0.0.1:7420',
  'https://10.0.0.1:7420',
  'http://[::1]:7420',
  'http://keys.example.com:7420',
])('says what to set at %s', (opened) => {
  const words = `set TOLLKEEPER_BASE_URL=${LOCAL}`;
  expect(passkeyAddressFault(opened, opened)).toContain(words);
});

it('says that the base URL has to be the address that the dashboard was opened at', () => {
  expect(passkeyAddressFault(LOCAL, 'http://127.0.0.1:7420')).toContain(
    `set TOLLKEEPER_BASE_URL=${LOCAL}.`,
  );
});
