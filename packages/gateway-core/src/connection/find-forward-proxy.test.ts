import { describe, expect, it } from 'vitest';
import { findForwardProxy } from './find-forward-proxy.ts';

const PROXY = 'http://user:password@proxy.example.com:3128';

it('takes the variable for the scheme of the address, in either case', () => {
  const env = { HTTPS_PROXY: 'a', HTTP_PROXY: 'b' };
  expect(findForwardProxy('https://keys.example.com', env)).toBe('a');
  expect(findForwardProxy('http://keys.example.com', env)).toBe('b');
  expect(findForwardProxy('https://keys.example.com', { ...env, https_proxy: 'c' })).toBe('c');
  expect(findForwardProxy('https://keys.example.com', { HTTP_PROXY: 'b' })).toBeUndefined();
  expect(findForwardProxy('https://keys.example.com', { HTTPS_PROXY: '' })).toBeUndefined();
});

it.each([
  ['http://localhost:7420'],
  ['http://127.0.0.1:7420'],
  ['http://127.8.8.8'],
  ['http://[::1]:7420'],
])('goes to this machine itself: %s', (address) => {
  expect(findForwardProxy(address, { HTTP_PROXY: PROXY })).toBeUndefined();
});

describe('NO_PROXY', () => {
  it.each([
    ['*', 'https://keys.example.com', true],
    ['other.example, *', 'https://keys.example.com', true],
    ['keys.example.com', 'https://keys.example.com', true],
    ['KEYS.example.com.', 'https://keys.example.com.', true],
    ['example.com', 'https://keys.example.com', true],
    ['.example.com', 'https://keys.example.com', true],
    ['*.example.com', 'https://keys.example.com', true],
    ['*.example.com', 'https://example.com', false],
    ['.example.com', 'https://example.com', true],
    ['ample.com', 'https://keys.example.com', false],
    ['keys.example.com.evil', 'https://keys.example.com', false],
    ['example.com:443', 'https://keys.example.com', true],
    ['example.com:8443', 'https://keys.example.com', false],
    ['example.com:8443', 'https://keys.example.com:8443', true],
    ['*:8443', 'https://keys.example.com', false],
    ['10.1.2.3', 'https://10.1.2.3', true],
    ['10.1.2.3:443', 'https://10.1.2.3', true],
    ['10.0.0.0/8', 'https://10.1.2.3', true],
    ['10.0.0.0/8', 'https://11.1.2.3', false],
    ['10.0.0.0/8', 'https://keys.example.com', false],
    ['2001:db8::/32', 'https://[2001:db8::1]', true],
    ['2001:db8::1', 'https://[2001:db8::1]', true],
    ['[2001:db8::1]:443', 'https://[2001:db8::1]', true],
    ['[2001:db8::1]:80', 'https://[2001:db8::1]', false],
    [',, other.example\texample.com ', 'https://keys.example.com', true],
    ['', 'https://keys.example.com', false],
  ])('%j and %s: direct %s', (no, address, isDirect) => {
    const env = { HTTPS_PROXY: PROXY, NO_PROXY: no };
    expect(findForwardProxy(address, env)).toBe(isDirect ? undefined : PROXY);
  });
});
