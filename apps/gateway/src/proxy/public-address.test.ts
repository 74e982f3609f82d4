import { describe, expect, it } from 'vitest';
import { type AddressMap, publicValue } from './public-address.ts';

/** What the upstream calls `/v1/x` is `/llm/x` to clients. */
const MAP: AddressMap = {
  sentTo: 'http://app.upstream.internal:3000/v1/dir/page?a=b',
  ownOrigins: ['http://app.upstream.internal:3000'],
  upstreamHost: 'app.upstream.internal',
  base: '/v1',
  prefix: '/llm',
  publicHost: () => 'api.example.com',
};
/** The same paths for both. */
const SAME: AddressMap = {
  ...MAP,
  sentTo: 'https://upstream/dir/page',
  ownOrigins: ['https://upstream'],
  upstreamHost: 'upstream',
  base: '',
  prefix: '',
};

describe('Location', () => {
  it.each([
    ['http://app.upstream.internal:3000/v1/x?y=z#w', '/llm/x?y=z#w'],
    ['HTTP://APP.Upstream.INTERNAL:3000/v1', '/llm'],
    ['//app.upstream.internal:3000/v1/x', '/llm/x'],
    ['http://user:pass@app.upstream.internal:3000/v1/x', '/llm/x'],
    ['/v1/x', '/llm/x'],
    ['other?q', '/llm/dir/other?q'],
    ['?q', '/llm/dir/page?q'],
    ['../../v1/up', '/llm/up'],
    ['/v1/\xc3\xbc?\xc3\xbc', '/llm/%C3%BC?%C3%BC'],
    ['http://app.upstream.internal:3000/v1//evil.example', '/llm//evil.example'],
  ])('%s leads to %s', (value, expected) => {
    expect(publicValue('reference', value, MAP)).toBe(expected);
  });

  it.each([
    // Another port, scheme or host is another's.
    'http://app.upstream.internal/v1/x',
    'https://app.upstream.internal:3000/v1/x',
    'http://elsewhere.example/v1/x',
    '//elsewhere.example/v1/x',
    'http://app.upstream.internal:3000@elsewhere.example/v1',
    'mailto:someone@example.com',
    'http://[',
    '',
    // No path of the route leads there.
    '/other',
    '/v10/x',
    'http://app.upstream.internal:3000/other',
    // An upstream that reads X-Forwarded-Prefix has put it in front already.
    '/llm/x',
  ])('%j stays', (value) => {
    expect(publicValue('reference', value, MAP)).toBe(value);
  });

  it.each([
    ['https://upstream:443/x', '/x'],
    ['https://upstream', '/'],
    // Never a host of its own, however a client resolves it.
    ['https://upstream//evil.example/x', '/.//evil.example/x'],
    ['https://upstream/\\evil.example', '/.//evil.example'],
    ['https://upstream/a/../..//evil.example', '/.//evil.example'],
    ['/x', '/x'],
    ['../x', '../x'],
    ['//evil.example/x', '//evil.example/x'],
  ])('%s leads to %s where the paths are the same', (value, expected) => {
    const changed = publicValue('reference', value, SAME);
    expect(changed).toBe(expected);
    const { origin } = new URL(value, SAME.sentTo);
    const isOwn = origin === 'https://upstream';
    expect(new URL(changed, 'https://api.example.com/y').origin).toBe(
      isOwn ? 'https://api.example.com' : origin,
    );
  });

  it('the longer one decides where base and prefix begin alike', () => {
    const inner = { ...MAP, base: '/llm/v1' };
    expect(publicValue('reference', '/llm/v1/x', inner)).toBe('/llm/x');
    expect(publicValue('reference', '/llm/x', inner)).toBe('/llm/x');
  });
});

it.each([
  ['5; url=http://app.upstream.internal:3000/v1/x', '5; url=/llm/x'],
  ['0;URL="/v1/x" and more', '0;URL=/llm/x'],
  ["0.5, '/v1/x'", '0.5, /llm/x'],
  ['3 /v1/x', '3 /llm/x'],
  ['5', '5'],
  ['5; url=http://elsewhere.example/v1', '5; url=http://elsewhere.example/v1'],
  ['5; url="http://elsewhere.example/"', '5; url="http://elsewhere.example/"'],
])('Refresh: %s becomes %s', (value, expected) => {
  expect(publicValue('refresh', value, MAP)).toBe(expected);
});

describe('Set-Cookie', () => {
  it.each([
    ['a=b; Path=/v1/x; HttpOnly', 'a=b; Path=/llm/x; HttpOnly'],
    ['a=b;PATH = /v1', 'a=b; PATH=/llm'],
    ['a=b; Path=/', 'a=b; Path=/llm'],
    ['a=b; Path=/llm/x', 'a=b; Path=/llm/x'],
    ['a=b; Path=/other', 'a=b; Path=/other'],
    ['a=b; Path=relative', 'a=b; Path=relative'],
    ['a="Path=/v1"; Secure', 'a="Path=/v1"; Secure'],
    ['a=b; Domain=App.Upstream.Internal; Secure', 'a=b; Secure'],
    ['a=b; domain=.upstream.internal', 'a=b'],
    ['a=b; Domain=elsewhere.example', 'a=b; Domain=elsewhere.example'],
    ['a=b; Domain=am.internal', 'a=b; Domain=am.internal'],
    ['a=b; Domain=', 'a=b; Domain='],
    ['__Host-a=b; Path=/; Secure', '__Host-a=b; Path=/; Secure'],
    [
      '__host-a=b; Domain=upstream.internal; Path=/',
      '__host-a=b; Domain=upstream.internal; Path=/',
    ],
    ['__Secure-a=b; Path=/v1; Secure', '__Secure-a=b; Path=/llm; Secure'],
  ])('%s becomes %s', (value, expected) => {
    expect(publicValue('cookie', value, MAP)).toBe(expected);
  });

  it('is read in one pass, whatever it holds', () => {
    const spaces = ' '.repeat(500_000);
    const cookie = `a=b; Path=/v1${spaces}x; Domain=elsewhere.example${spaces};${spaces}`;
    expect(publicValue('cookie', cookie, MAP)).toBe(cookie);
    expect(publicValue('cookie', `a=b; Path=${spaces}/v1${spaces}`, MAP)).toBe('a=b; Path=/llm');
  });

  it('keeps a domain that holds the public name too', () => {
    const map = { ...MAP, upstreamHost: 'app.example.com' };
    for (const [domain, kept] of [
      ['example.com', true],
      ['.Example.com', true],
      ['app.example.com', false],
    ] as const) {
      const cookie = `a=b; Domain=${domain}`;
      expect(publicValue('cookie', cookie, map)).toBe(kept ? cookie : 'a=b');
    }
  });

  it('leaves the path alone where clients use the same', () => {
    for (const path of ['/', '/x']) {
      const cookie = `a=b; Path=${path}`;
      expect(publicValue('cookie', cookie, { ...MAP, base: '/v1', prefix: '/v1' })).toBe(cookie);
    }
  });
});
