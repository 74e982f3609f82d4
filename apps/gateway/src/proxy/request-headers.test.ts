import { createSecret } from '@tollkeeper/verify';
import { expect, it } from 'vitest';
import { readHead } from '../request/head.ts';
import { prepareRoutes, type Route } from '../request/routes.ts';
import { testConfig } from '../testing/test-config.ts';
import { requestHeaders, requestTrailers } from './request-headers.ts';

const SECRET = createSecret('tk_live_', (count) => new Uint8Array(count));
const OWN = ['X-Tenant', 'acme'];

/** One that sets a header of its own. */
async function openRoute(): Promise<Route> {
  const { routes } = await testConfig('http://127.0.0.1:1');
  const [route] = prepareRoutes(routes.map((each) => ({ ...each, headers: OWN })));
  if (!route) throw new Error('There is no route');
  return route;
}

async function passed(isTrusted: boolean, ...rawHeaders: string[]): Promise<string[]> {
  const origin = { peer: '192.0.2.1', isTrusted, isTls: false };
  const headers = requestHeaders(rawHeaders, readHead(rawHeaders), await openRoute(), origin);
  const added = ['X-Forwarded-For', 'X-Forwarded-Host', 'X-Forwarded-Proto', 'Forwarded'];
  const names = headers.filter((_, at) => at % 2 === 0);
  expect(names.slice(-added.length - 1)).toEqual([...added, 'X-Tenant']);
  return names.slice(0, -added.length - 1);
}

it('passes on what is the request’s, and the headers of its proxies from a trusted one', async () => {
  const headers = ['Accept', '*/*', 'X-Real-IP', '10.0.0.1', 'X-Original-URL', '/admin'];
  expect(await passed(false, ...headers)).toEqual(['Accept']);
  expect(await passed(true, ...headers)).toEqual(['Accept', 'X-Real-IP', 'X-Original-URL']);
});

it('keeps what Connection names, and what belongs to the connection', async () => {
  const own = ['Keep-Alive', 'timeout=5', 'Proxy-Authorization', 'Basic dTpw', 'TE', 'gzip'];
  const headers = ['Connection', 'close, X-Hop', 'x-hop', '1', 'X-Hope', '1', ...own];
  expect(await passed(false, ...headers)).toEqual(['X-Hope']);
});

it('keeps any key, and what the route sets itself', async () => {
  const headers = ['X-Other', `Bearer ${SECRET}`, 'x_tenant', 'another', 'X-Tenants', '1'];
  expect(await passed(false, ...headers)).toEqual(['X-Tenants']);
});

it('sets nothing about the way of a request that the route sets itself', async () => {
  const own = ['X-Forwarded-Proto', 'https', 'forwarded', 'for=_gateway'];
  const route = {
    ...(await openRoute()),
    headers: own,
    ownHeaders: new Set(['x-forwarded-proto', 'forwarded']),
  };
  const origin = { peer: '192.0.2.1', isTrusted: false, isTls: false };
  expect(requestHeaders([], readHead(['Host', 'a']), route, origin)).toEqual([
    ...['X-Forwarded-For', '192.0.2.1', 'X-Forwarded-Host', 'a', ...own],
  ]);
});

it('passes on no trailer that only a head may hold, that the route sets, or that holds a key', async () => {
  const trailers = [
    ...['X-Checksum', '1', 'Authorization', 'Basic dTpw', 'X-Forwarded-For', '10.0.0.1'],
    ...['Content-Length', '5', 'X_Tollkeeper_Key_Id', 'key_1', 'x-tenant', 'another'],
    ...['X-Other', SECRET],
  ];
  expect(requestTrailers(trailers, await openRoute())).toEqual(['X-Checksum', '1']);
});

it('passes on no key in the name of a header or trailer, or behind others in a list', async () => {
  const basic = `Basic ${btoa(`user:${SECRET}`)}`;
  const headers = [SECRET, '1', 'X-Foo', `foo, ${basic}`, 'X-Bar', `a,basic  ${basic.slice(6)}`];
  const others = ['X-Basic', `${'long, '.repeat(10)}Basic dTpw`];
  expect(await passed(false, ...headers, ...others)).toEqual(['X-Basic']);
  expect(requestTrailers([...headers, 'X-Checksum', '1'], await openRoute())).toEqual([
    ...['X-Checksum', '1'],
  ]);
  expect(await passed(false, 'Sec-WebSocket-Protocol', `${basic}, ${basic}`)).toEqual([]);
});
