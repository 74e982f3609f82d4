import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RouteConfig } from '../config/config.ts';
import { findRoute, prepareRoutes, type Route } from './routes.ts';

function routes(...paths: string[]): readonly Route[] {
  const config = (path: string): RouteConfig => ({
    path,
    upstream: null,
    balancing: null,
    access: 'key',
    stripPrefix: false,
    preserveHost: false,
    rewriteAddresses: true,
    timeouts: { connectMs: 1, responseMs: 1, idleMs: 1 },
    headers: [],
    scopes: [],
    cors: null,
    answer: null,
    metadataUrl: null,
    credentials: ['bearer', 'x-api-key'],
    bodyBytesMax: 1,
    inspect: null,
    inspectBytesMax: 1,
  });
  return prepareRoutes(paths.map(config).toSorted((a, b) => b.path.length - a.path.length));
}

function found(all: readonly Route[], path: string): string {
  const route = findRoute(all, path);
  return typeof route === 'string' ? route : route.path || '/';
}

const ALL = routes('', '/v1', '/v1/admin');

it('takes the longest path that the request continues by whole segments', () => {
  expect(
    ['/', '/v1', '/v1/', '/v1/x', '/v12', '/v1/admin', '/v1/admin/x', '/v1/administrator'].map(
      (path) => found(ALL, path),
    ),
  ).toEqual(['/', '/v1', '/v1', '/v1', '/', '/v1/admin', '/v1/admin', '/v1']);
});

it('finds none where no path fits', () => {
  expect(found(routes('/v1'), '/other')).toBe('none');
});

describe('a route with stricter scopes cannot be dodged', () => {
  it.each([
    '//v1/admin',
    '/v1//admin',
    '/V1/Admin',
    '/v1/%61dmin',
    '/v1%2fadmin',
    '/v1%2Fadmin/x',
    '/v1%252fadmin',
    '/v1/%2561dmin',
    '/v1/;x=1/admin',
    '/v1;x/admin',
    '/v1/admin;x=1',
    '/v1%5cadmin',
    '/v1/x/../admin',
    '/v1/./admin',
    '/v1/%2e%2e/v1/admin',
    '/v1/x/%2e%2e/admin',
    '/v1/x/..%2fadmin',
    '/v1/x/.%2e/admin',
    '/v1/x/..;/admin',
    '/v1/x/%252e%252e/admin',
    '/..',
    '/.',
    '/v1/admin%00',
    '/v1/%0aadmin',
    '/v1/%7fadmin',
    '/v1/%c0%afadmin',
    '/v1/%zz',
    '/v1/%',
    '/v1/%25252525252561dmin',
    '/v1/admin%3f',
    '/v1/admin%3Fx',
    '/v1/admin%253f',
    '/v1/admin%3f/x',
    '/v1/admin%23',
    '/v1/admin%23x',
    '/v1/admin%3bx',
    '/v1/admin%3b%3f',
    '/v1/admin;%3f/x',
    '/v1/admin%20',
    '/v1/admin%20%3f',
    '/v1/admin.',
    '/v1/admin...',
    '/v1/admin./x',
    '/v1/admin%2e',
    '/v1./admin',
    '/v1;a%3f/admin',
    '//x/v1/admin',
    '/%5cx/v1/admin',
    '/%2fx/v1/admin',
    '/v1/x/..%20/admin',
    '/v1/x/..%20./admin',
    '/v1/x/.%20/admin',
    '/v1/%e0%80%af',
    '/v1/%f0%80%80%af',
    '/v1/%25c0%25afadmin',
    '/v1/%u002fadmin',
    '/v1/%25u002fadmin',
    '/v1%ef%bc%8fadmin',
    '/v1/%ef%bd%81dmin',
    '/v1/adm%c4%b1n',
    '/v1/adm%c4%b0n',
    '/v1/adm%e2%80%8cin',
    '/v1/%c2%adadmin',
    '/v1/admin%c2%a0',
    '/v1%5Cadmin%3F',
    '/v1/(S(x))/admin',
    '/v1/ad/(A(x)F(y))min',
    '/%28S%28x%29%29/v1/admin',
    '/(s(x))/v1/admin',
    '/index.php/v1/admin',
    '/v1/Index.PHP/admin',
    '/v1/app%2ephp/admin/x',
    '/v1/admin::$data',
    '/v1/admin:$i30:$INDEX_ALLOCATION/x',
  ])('by %s', (path) => {
    expect(found(ALL, path)).toBe('ambiguous');
  });

  it('by a path that would take milliseconds to be read in all ways', () => {
    expect(found(ALL, `/v1/${'%61'.repeat(1400)}`)).toBe('ambiguous');
  });

  it('by more escapes inside escapes than four, nor by a path of more than 4096 characters', () => {
    const nested = (rounds: number) => `/v1/%${'25'.repeat(rounds - 1)}61`;
    expect([4, 5].map((rounds) => found(ALL, nested(rounds)))).toEqual(['/v1', 'ambiguous']);
    const long = (length: number) => '/v1/%61'.padEnd(length, 'a');
    expect([4096, 4097].map((length) => found(ALL, long(length)))).toEqual(['/v1', 'ambiguous']);
  });

  it('by any spelling of its path, of which every reading is its own', () => {
    const spelled = (text: string) =>
      fc.tuple(...[...text].map((letter) => fc.constantFrom(...spellings(letter))));
    const path = fc
      .tuple(spelled('/v1/admin'), fc.constantFrom('', '/', '/x', ...ENDS))
      .map(([letters, end]) => letters.join('') + end);
    fc.assert(
      fc.property(path, (text) => {
        const route = found(ALL, text);
        expect(route === 'ambiguous' || route === '/v1/admin').toBe(true);
      }),
      { numRuns: process.env.LONG ? 100_000 : 2000 },
    );
  });
});

/** What some reader takes for the end of a path, or drops there. */
const ENDS = [
  '%3f',
  '%3Fx',
  '%253f',
  '%23',
  '%3b',
  ';x',
  '%20',
  '.',
  '%2e',
  '/.%20',
  '%3f/x',
  '%2f',
];

function spellings(letter: string): string[] {
  const hex = letter.charCodeAt(0).toString(16);
  const more = letter === '/' ? ['//', '/;a/', ';/', '\\'] : [letter.toUpperCase()];
  return [letter, letter, letter, `%${hex}`, `%25${hex}`, `%25${hex.toUpperCase()}`, ...more];
}

describe('what every reader takes for the same route passes', () => {
  it.each([
    ['/v1/packages/@scope%2fname', '/v1'],
    ['/v1/a%20b', '/v1'],
    ['/v1/100%25', '/v1'],
    ['/v1/caf%C3%A9', '/v1'],
    ['/v1/caf%e9', '/v1'],
    ['/v1/https://example.com/', '/v1'],
    ['/v1/Some/Thing;x=1', '/v1'],
    ['/v1/.well-known/x', '/v1'],
    ['/v1/a..b/...', '/v1'],
    ['/v1/admin/a%2Fb', '/v1/admin'],
    ['/v1/admin/what%3F', '/v1/admin'],
    ['/v1/what%3Fadmin', '/v1'],
    ['/v1/%23channel', '/v1'],
    ['/v1/a%20/b.', '/v1'],
    ['/v1/%E6%97%A5%E6%9C%AC', '/v1'],
    ['/v1/%20', '/v1'],
  ])('%s', (path, route) => {
    expect(found(ALL, path)).toBe(route);
  });

  it('a path below a name that some servers skip, where a route names it', () => {
    const all = routes('', '/Api.php', '/Api.php/admin');
    expect(
      ['/Api.php', '/Api.php/x', '/Api.php/admin/x', '/Api.php/%61dmin', '/api.php/x'].map((path) =>
        found(all, path),
      ),
    ).toEqual(['/Api.php', '/Api.php', '/Api.php/admin', 'ambiguous', 'ambiguous']);
  });
});
