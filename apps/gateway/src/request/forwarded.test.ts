import { describe, expect, it } from 'vitest';
import {
  adoptForwarded,
  continueForwarded,
  forwardedElement,
  forwardedPrefix,
} from './forwarded.ts';
import { readHead } from './head.ts';

/** The head of a request that a trusted proxy sent. */
function headOf(headers: Readonly<Record<string, string>>) {
  const head = readHead(['Host', 'gateway:7430', ...Object.entries(headers).flat()]);
  adoptForwarded(head);
  return head;
}

/** What an upstream is then sent as Forwarded. */
function forwardedBy(headers: Readonly<Record<string, string>>, peer = '10.0.0.1'): string {
  return continueForwarded(headOf(headers), peer, 'http');
}

describe('a proxy that sends only Forwarded', () => {
  it.each([
    ['for=192.0.2.1', '192.0.2.1'],
    ['For="192.0.2.1:4711";Proto=https;by=203.0.113.1', '192.0.2.1'],
    ['for="[2001:DB8::1]:4711"', '2001:db8::1'],
    ['for=192.0.2.1, for=198.51.100.2;by=_a', '192.0.2.1, 198.51.100.2'],
    ['for=_hidden, for=unknown', 'unknown, unknown'],
    // Each proxy counts, also one that does not say where a request came from.
    ['for=192.0.2.1, proto=https', '192.0.2.1, unknown'],
    ['for="192.0.2.9, 192.0.2.8", for=192.0.2.1', 'unknown, 192.0.2.1'],
  ])('%s names %s', (forwarded, addresses) => {
    expect(headOf({ forwarded }).forwardedFor).toBe(addresses);
    expect(forwardedBy({ forwarded })).toBe(`${forwarded}, for=10.0.0.1`);
  });

  it.each([
    'for=192.0.2.1;',
    'for=192.0.2.1;for=192.0.2.2',
    'for="192.0.2.1',
    'for=192.0.2.1 and more',
    '192.0.2.1',
    'for=192.0.2.1,, for=192.0.2.2',
  ])('%s names nobody', (forwarded) => {
    expect(headOf({ forwarded }).forwardedFor).toBe('unknown');
    expect(forwardedBy({ forwarded })).toMatch(/^for=unknown;host="gateway:7430";proto=http, /);
  });

  it('names the host and the scheme of the client', () => {
    const forwarded = 'for=192.0.2.1;proto=https;host="api.example.com:8443", for=192.0.2.2;host=b';
    expect(headOf({ forwarded })).toMatchObject({
      forwardedHost: 'api.example.com:8443',
      forwardedProto: 'https',
    });
    expect(headOf({ forwarded: 'for=a;host="a b";proto="x y"' })).toMatchObject({
      forwardedHost: '',
      forwardedProto: '',
    });
  });
});

describe('a proxy that sends X-Forwarded-For', () => {
  it('has Forwarded made of it', () => {
    const headers = { 'x-forwarded-for': '192.0.2.1, 2001:db8::1' };
    const about = { 'x-forwarded-host': 'api.example.com', 'x-forwarded-proto': 'https' };
    expect(forwardedBy({ ...headers, ...about })).toBe(
      'for=192.0.2.1;host="api.example.com";proto=https, for="[2001:db8::1]", for=10.0.0.1',
    );
    expect(forwardedBy(headers, '::1')).toBe(
      'for=192.0.2.1;host="gateway:7430";proto=http, for="[2001:db8::1]", for="[::1]"',
    );
  });

  it('cannot pass on what its client wrote into Forwarded', () => {
    const made = 'for=192.0.2.1;host="gateway:7430";proto=http, for=10.0.0.1';
    for (const forwarded of ['for=203.0.113.9', 'for=203.0.113.9, for=192.0.2.1', 'x']) {
      expect(forwardedBy({ 'x-forwarded-for': '192.0.2.1', forwarded })).toBe(made);
    }
    const others = { 'x-forwarded-host': 'api.example.com', 'x-forwarded-proto': 'https' };
    for (const claim of ['host=evil.example', 'proto=ws']) {
      const forwarded = `for=192.0.2.1;${claim}`;
      const headers = { 'x-forwarded-for': '192.0.2.1', ...others, forwarded };
      expect(forwardedBy(headers)).not.toContain(claim);
    }
  });

  it('is not taken for more than it says', () => {
    const injected = '1";host="evil.example, unknown, 192.0.2.1:80';
    expect(forwardedBy({ 'x-forwarded-for': injected, 'x-forwarded-host': 'a"b' })).toBe(
      'for=unknown;host="gateway:7430";proto=http, for=unknown, for=192.0.2.1, for=10.0.0.1',
    );
  });

  it('keeps a Forwarded that says the same', () => {
    const forwarded = 'for="192.0.2.1:4711";by=_edge;proto=https';
    const headers = { 'x-forwarded-for': '192.0.2.1', 'x-forwarded-proto': 'HTTPS', forwarded };
    expect(forwardedBy(headers)).toBe(`${forwarded}, for=10.0.0.1`);
  });
});

it('quotes IPv6 addresses, and leaves out a host that is not there', () => {
  expect(forwardedElement('2001:db8::1', 'a:80', 'https')).toBe(
    'for="[2001:db8::1]";host="a:80";proto=https',
  );
  expect(forwardedElement('192.0.2.1', '', 'http')).toBe('for=192.0.2.1;proto=http');
});

it.each([
  ['/api', '/api'],
  ['/api/', '/api'],
  ['/first, /second/', '/first/second'],
  ['/', ''],
  ['//evil.example', ''],
  ['/a/../b', ''],
  ['https://evil.example', ''],
  ['/\\evil.example', ''],
])('X-Forwarded-Prefix: %s is %j', (header, prefix) => {
  expect(forwardedPrefix(headOf({ 'x-forwarded-prefix': header }))).toBe(prefix);
});
