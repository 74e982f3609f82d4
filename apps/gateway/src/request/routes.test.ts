import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RouteConfig } from '../config/config.ts';
import { findRoute, prepareRoutes, type Route } from './routes.ts';

function routes(...paths: string[]): readonly Route[] {
  const config = (path: string): RouteConfig => ({
    path,
    upstream: null,
    stripPrefix: false,
    timeouts: { connectMs: 1, responseMs: 1, idleMs: 1 },
    headers: [],
    scopes: [],
    bodyBytesMax: 1,
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
    '/v1/%c0%afadmin',
    '/v1/%zz',
    '/v1/%',
    '/v1/%25252525252561dmin',
  ])('by %s', (path) => {
    expect(found(ALL, path)).toBe('ambiguous');
  });

  it('by any spelling of its path, of which every reading is its own', () => {
    const spelled = (text: string) =>
      fc.tuple(...[...text].map((letter) => fc.constantFrom(...spellings(letter))));
    const path = spelled('/v1/admin').map((letters) => letters.join(''));
    fc.assert(
      fc.property(path, (text) => {
        const route = found(ALL, text);
        expect(route === 'ambiguous' || route === '/v1/admin').toBe(true);
      }),
      { numRuns: process.env.LONG ? 100_000 : 2000 },
    );
  });
});

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
  ])('%s', (path, route) => {
    expect(found(ALL, path)).toBe(route);
  });
});
