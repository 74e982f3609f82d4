import type { Socket } from 'node:net';
import { hashSecret, removeSecret } from '@tollkeeper/verify';
import { describe, expect, it } from 'vitest';
import {
  type ClosingUpstream,
  startClosingUpstream,
  type Try,
} from '../testing/closing-upstream.ts';
import { connectRaw } from '../testing/raw-client.ts';
import { startTestGateway, type TestGateway, testConfig } from '../testing/test-gateway.ts';
import { until } from '../testing/until.ts';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n';
const CLOSINGS = {
  'an end': (socket: Socket) => void socket.end(),
  'a cut': (socket: Socket) => void socket.destroy(),
  'a reset': (socket: Socket) => void socket.resetAndDestroy(),
};

interface Started {
  readonly upstream: ClosingUpstream;
  readonly gateway: TestGateway;
  readonly secret: string;
  /** What came after the request that made the gateway keep a connection. */
  tries(): readonly Try[];
  send(method: string, body?: string): Promise<Response>;
}

/** A gateway that keeps one connection. @param take what comes on it, and all that follows */
async function start(take: (each: Try) => void, responseMs = 5000): Promise<Started> {
  let isReady = false;
  const upstream = await startClosingUpstream((each) => {
    if (isReady) take(each);
    else each.socket.write(`${OK}ok`);
  });
  const { routes } = await testConfig(upstream.url);
  const gateway = await startTestGateway(upstream.url, {
    routes: routes.map((each) => ({ ...each, timeouts: { ...each.timeouts, responseMs } })),
  });
  const secret = gateway.fleet.addKey();
  const send = (method: string, body: string | null = null) =>
    fetch(`${gateway.url}/a?b`, { method, body, headers: { 'x-api-key': secret, 'x-c': 'd' } });
  await (await send('GET')).text();
  isReady = true;
  return { upstream, gateway, secret, tries: () => upstream.tries.slice(1), send };
}

async function failuresOf({ adminUrl }: TestGateway): Promise<string | undefined> {
  const lines = (await (await fetch(`${adminUrl}/metrics`)).text()).split('\n');
  return lines.find((line) => line.startsWith('tollkeeper_gateway_upstream_failures_total{'));
}

describe('a request that meets the end of a kept connection', () => {
  const methods = ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'];
  const closings = Object.entries(CLOSINGS);
  it.each(methods.flatMap((method) => closings.map((closing) => [method, ...closing] as const)))(
    'is sent once more: %s, %s',
    async (method, _, close) => {
      const { gateway, tries, send } = await start(({ socket, isKept }) => {
        if (isKept) close(socket);
        else socket.write(method === 'HEAD' ? OK : `${OK}ok`);
      });
      const answer = await send(method);
      expect([answer.status, await answer.text()]).toEqual([200, method === 'HEAD' ? '' : 'ok']);
      expect(tries().map(({ isKept }) => isKept)).toEqual([true, false]);
      const [first, second] = tries().map(({ text }) =>
        text
          .toLowerCase()
          .replace(/connection: .*\r\n/, '')
          .split('\r\n')
          .sort(),
      );
      expect(second).toEqual(first);
      expect(gateway.fleet.counted).toHaveLength(2);
      expect(await failuresOf(gateway)).toBeUndefined();
      expect(gateway.log.join('')).toContain('A request was sent again');
    },
  );

  it.each([
    ['POST', undefined],
    ['PATCH', undefined],
    ['PURGE', undefined],
    ['POST', 'body'],
    ['PUT', 'body'],
    ['DELETE', 'body'],
  ])('is not where twice could be too much: %s %s', async (method, body) => {
    const { gateway, tries, send } = await start(({ socket, isKept }) => {
      if (isKept) socket.destroy();
      else socket.write(`${OK}ok`);
    });
    const answer = await send(method, body);
    expect([answer.status, (await answer.json()).code]).toEqual([502, 'upstream_failed']);
    expect(tries()).toHaveLength(1);
    expect(gateway.fleet.counted).toHaveLength(2);
  });

  it.each(Object.entries(CLOSINGS))('fails after the second time: %s', async (_, close) => {
    const { gateway, secret, tries } = await start(({ socket }) => close(socket));
    const client = await connectRaw(gateway.address);
    client.send(`GET / HTTP/1.1\r\nHost: a\r\nX-Api-Key: ${secret}\r\nConnection: close\r\n\r\n`);
    expect((await client.closes()).match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 502']);
    expect(tries().map(({ isKept }) => isKept)).toEqual([true, false]);
    expect(gateway.fleet.counted).toHaveLength(2);
    expect(await failuresOf(gateway)).toMatch(/code="upstream_failed"} 1$/);
  });

  it.each([
    'H',
    'HTTP/1.1 200 OK\r\nX-A: ',
    'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n',
    'HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 2',
  ])('fails at once where something of an answer came: %j', async (part) => {
    const { tries, send } = await start(({ socket, isKept }) => {
      if (isKept) socket.end(part);
      else socket.write(`${OK}ok`);
    });
    expect((await send('GET')).status).toBe(502);
    expect(tries()).toHaveLength(1);
  });

  it('gets the second answer whole: hints, a large head, trailers', async () => {
    const { gateway, secret } = await start(({ socket, isKept }) => {
      if (isKept) return void socket.destroy();
      socket.write('HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n');
      socket.write(`HTTP/1.1 200 OK\r\nX-Large: ${'a'.repeat(40_000)}\r\n`);
      socket.write('Transfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n');
      socket.end('2\r\nok\r\n0\r\nX-Sum: 42\r\n\r\n');
    });
    const client = await connectRaw(gateway.address);
    client.send(`GET / HTTP/1.1\r\nHost: a\r\nX-Api-Key: ${secret}\r\n\r\n`);
    expect(await client.receives('X-Sum: 42\r\n\r\n')).toMatch(
      /^HTTP\/1\.1 103 .*HTTP\/1\.1 200 .*X-Large: a{40000}\r\n.*\r\nok\r\n0\r\nX-Sum: 42\r\n\r\n$/s,
    );
    client.socket.destroy();
  });

  it('says no more of its body than the first time', async () => {
    const { gateway, secret, tries } = await start(({ socket, isKept }) => {
      if (isKept) socket.destroy();
      else socket.write(`${OK}ok`);
    });
    const client = await connectRaw(gateway.address);
    client.send(`PUT / HTTP/1.1\r\nHost: a\r\nX-Api-Key: ${secret}\r\n\r\n`);
    await client.receives(' 200 ');
    const framing = tries().map(({ text }) => text.toLowerCase().match(/^(?:content-l|tr).*/gm));
    expect(framing).toEqual([['content-length: 0'], ['content-length: 0']]);
    client.socket.destroy();
  });

  it('fails where the second answer changes the protocol unasked', async () => {
    const { send } = await start(({ socket, isKept }) => {
      if (isKept) socket.destroy();
      else socket.write('HTTP/1.1 101 Go\r\nConnection: Upgrade\r\nUpgrade: a\r\n\r\n');
    });
    expect((await send('GET')).status).toBe(502);
  });

  it('is refused where its key was stopped meanwhile', async () => {
    const { gateway, secret, tries, send } = await start(({ socket }) => {
      removeSecret(gateway.fleet.index, hashSecret(secret));
      socket.destroy();
    });
    const answer = await send('GET');
    expect([answer.status, (await answer.json()).code]).toEqual([401, 'invalid_key']);
    expect(tries()).toHaveLength(1);
    expect(gateway.log.join('')).not.toContain('sent again');
    expect(gateway.fleet.counted).toHaveLength(2);
  });

  it('is dropped where its client has gone', async () => {
    const { gateway, secret, tries, send } = await start(({ socket, text }) => {
      if (!text.startsWith('GET /gone ')) socket.write(`${OK}ok`);
    });
    const client = await connectRaw(gateway.address);
    client.send(`GET /gone HTTP/1.1\r\nHost: a\r\nX-Api-Key: ${secret}\r\n\r\n`);
    const [kept] = await until('it came', () => tries().length === 1 && tries());
    client.socket.destroy();
    await until('the upstream knows', () => kept?.socket.destroyed);
    expect((await send('GET')).status).toBe(200);
    expect(tries().map(({ text }) => text.split(' ')[1])).toEqual(['/gone', '/a?b']);
  });
});

it.each(Object.entries(CLOSINGS))(
  'a request that meets the end of a new connection is not sent again: %s',
  async (_, close) => {
    const upstream = await startClosingUpstream(({ socket }) => close(socket));
    const { url, fleet } = await startTestGateway(upstream.url);
    const answer = await fetch(url, { headers: { 'x-api-key': fleet.addKey() } });
    expect(answer.status).toBe(502);
    expect(upstream.tries).toHaveLength(1);
  },
);

it('a kept connection that stays silent is a timeout, and not sent again', async () => {
  const { tries, send } = await start(() => undefined, 100);
  expect((await send('GET')).status).toBe(504);
  expect(tries()).toHaveLength(1);
});
