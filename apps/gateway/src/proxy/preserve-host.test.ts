import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { getCACertificates, setDefaultCACertificates, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { closeLater } from '../testing/close-later.ts';
import { makeTls } from '../testing/make-tls.ts';
import { connectRaw, exchange } from '../testing/raw-client.ts';
import {
  startTestGateway,
  startUpstream,
  type TestGateway,
  testConfig,
} from '../testing/test-gateway.ts';

const trusted = getCACertificates();
const names = ['localhost', '127.0.0.1'];
const certificates = new Map(names.map((name) => [name, makeTls(name)]));
beforeAll(() => {
  const own = [...certificates.values()].map(({ cert }) => cert);
  setDefaultCACertificates([...trusted, ...own]);
});
afterAll(() => setDefaultCACertificates(trusted));

async function startPreserving(upstreamUrl: string, preserveHost = true): Promise<TestGateway> {
  const { routes } = await testConfig(upstreamUrl);
  const own = routes.map((route) => ({ ...route, path: '/own', preserveHost: false }));
  return startTestGateway(upstreamUrl, {
    routes: [...own, ...routes.map((route) => ({ ...route, preserveHost }))],
  });
}

/** Three ways to the upstream: by the pool, with trailers, and for an upgrade. */
const REQUESTS: Readonly<Record<string, readonly string[]>> = {
  plain: [],
  'with trailers': ['Transfer-Encoding: chunked', 'Trailer: X-Sum', '', '0', 'X-Sum: 1'],
  upgrading: ['Connection: Upgrade', 'Upgrade: websocket'],
};

async function ask(gateway: TestGateway, host: string, kind: string, path = '/'): Promise<string> {
  const key = `X-Api-Key: ${gateway.fleet.addKey()}`;
  const method = kind === 'with trailers' ? 'POST' : 'GET';
  const lines = [
    `${method} ${path} HTTP/1.1`,
    `Host: ${host}`,
    key,
    ...(REQUESTS[kind] ?? []),
    '',
    '',
  ];
  const client = await connectRaw(gateway.address);
  client.send(lines.join('\r\n'));
  const answer = await client.receives(/asked for [^.]*\./);
  client.socket.destroy();
  return /asked for ([^.]*)\./.exec(answer)?.[1] ?? answer;
}

describe.each(Object.keys(REQUESTS))('a request %s', (kind) => {
  it('carries the Host of its client where the route says so', async () => {
    const { url } = await startUpstream((req, res) => {
      const hosts = req.rawHeaders.filter((_, at) => /^host$/i.test(req.rawHeaders[at - 1] ?? ''));
      res.end(`asked for ${hosts.join(' and ')}.`);
    });
    const { host } = new URL(url);
    expect(await ask(await startPreserving(url), 'public:81', kind)).toBe('public:81');
    const plain = await startPreserving(url, false);
    expect((await ask(plain, 'public:81', kind)).replaceAll(/\W/g, '')).toBe(host.split('.')[0]);
  });

  it.each(names)(
    'knows an upstream at https://%s by the name in the configuration',
    async (name) => {
      const seen: unknown[] = [];
      const server = createServer(certificates.get(name) ?? {}, (req, res) => {
        seen.push((req.socket as TLSSocket & { servername?: unknown }).servername);
        res.end(`asked for ${req.headers.host}.`);
      });
      let connections = 0;
      server.on('secureConnection', () => connections++);
      await new Promise<void>((resolve) => {
        server.listen(0, '127.0.0.1', resolve);
      });
      closeLater(async () => {
        server.closeAllConnections();
        server.close();
      });
      const { port } = server.address() as AddressInfo;
      const gateway = await startPreserving(`https://${name}:${port}`);
      for (const host of ['one', 'two', '127']) expect(await ask(gateway, host, kind)).toBe(host);
      const sent = name === 'localhost' ? 'localhost' : false;
      expect(seen).toEqual([sent, sent, sent]);
      if (kind !== 'plain') return;
      // A name that changed with Host would end the connection that is kept.
      expect(connections).toBe(1);
      for (const path of ['/own', '/', '/own']) await ask(gateway, 'one', kind, path);
      expect(connections).toBe(2);
    },
  );
});

it('sends the name of the upstream where HTTP/1.0 names none', async () => {
  const { url } = await startUpstream((req, res) => res.end(req.headers.host));
  const gateway = await startPreserving(url);
  const bytes = `GET / HTTP/1.0\r\nX-Api-Key: ${gateway.fleet.addKey()}\r\n\r\n`;
  expect(await exchange(gateway.address, bytes)).toContain(new URL(url).host);
});
