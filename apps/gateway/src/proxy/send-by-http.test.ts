import { expect, it } from 'vitest';
import { startClosingUpstream } from '../testing/closing-upstream.ts';
import { connectRaw } from '../testing/raw-client.ts';
import { startTestGateway, testConfig } from '../testing/test-gateway.ts';
import { until } from '../testing/until.ts';

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

it.each(['GET', 'POST', 'PUT', 'PATCH'])(
  'sends an upgrade with %s without a body, and what follows as it came',
  async (method) => {
    const upstream = await startClosingUpstream(({ socket, text }) => {
      if (text.includes(' / HTTP/1.1')) {
        socket.write('HTTP/1.1 101 Go\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n');
      }
    });
    const gateway = await startTestGateway(upstream.url);
    const client = await connectRaw(gateway.address);
    const key = `X-Api-Key: ${gateway.fleet.addKey()}`;
    const lines = [`${method} / HTTP/1.1`, 'Host: a', key, 'Connection: Upgrade', 'Upgrade: tcp'];
    client.send([...lines, '', ''].join('\r\n'));
    await client.receives('HTTP/1.1 101');
    client.send('hello\r\n\r\n');
    await until('the upstream receives it', () => upstream.tries.length === 2);
    const [head, sent] = upstream.tries;
    expect(head?.text).toMatch(/\r\n\r\n$/);
    expect(head?.text).not.toMatch(/transfer-encoding/i);
    expect(sent?.text).toBe('hello\r\n\r\n');
    client.socket.destroy();
  },
);
