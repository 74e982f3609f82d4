import { expect, it } from 'vitest';
import { returnPath, tokenFrom } from './page-address.ts';

it('returns to the page that was asked for, with its filters', () => {
  expect(returnPath('/api-keys?status=active&sort=name')).toBe('/api-keys?status=active&sort=name');
});

it.each([
  '//evil.example/x',
  '/\\evil.example',
  '/\t/evil.example',
  'https://evil.example',
  'javascript:alert(1)',
  'api-keys',
  '',
  undefined,
  ['/api-keys'],
])('leads nowhere but to this site: %j', (from) => {
  expect(returnPath(from)).toBe('/');
});

it.each(['/sign-in', '/sign-in?from=/x', '/setup', '/v1/whoami', '/api/auth/sign-out'])(
  'never returns to %s',
  (from) => {
    expect(returnPath(from)).toBe('/');
  },
);

it.each(['abc123', '  abc123 ', '#token=abc123', 'http://127.0.0.1:7420/setup#token=abc123'])(
  'finds the token in "%s"',
  (pasted) => {
    expect(tokenFrom(pasted)).toBe('abc123');
  },
);
