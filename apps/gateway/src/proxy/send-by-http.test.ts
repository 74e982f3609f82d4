import { expect, it } from 'vitest';
import { startClosingUpstream } from '../testing/closing-upstream.ts';
import { connectRaw } from '../testing/raw-client.ts';
import { startTestGateway, testConfig } from '../testing/test-gateway.ts';

it.each([
  ['an upgrade', 'Connection: Upgrade\r\nUpgrade: websocket'],
  ['a request with trailers', 'Transfer-Encoding: chunked\r\nTrailer: X-A'],
])('answers %s with 504 where the upstream never completes a TLS handshake', async (_, headers) => {
  const { url } = await startClosingUpstream(() => undefined);
  const upstreamUrl = url.replace('http:', 'https:');
  const { routes } = await testConfig(upstreamUrl);
  const timeouts = { connectMs: 100, responseMs: 0, idleMs: 0 };
  const gateway = await startTestGateway(upstreamUrl, {
    routes: routes.map((route) => ({ ...route, timeouts })),
  });
  const client = await connectRaw(gateway.address);
  const key = `X-Api-Key: ${gateway.fleet.addKey()}`;
  client.send(['POST / HTTP/1.1', 'Host: a', key, headers, '', ''].join('\r\n'));
  expect(await client.receives('"code"')).toMatch(/^HTTP\/1\.1 504 .*upstream_timeout/s);
  client.socket.destroy();
});
