import { connect } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { makeTls } from '../testing/make-tls.ts';
import { connectRaw, type RawClient } from '../testing/raw-client.ts';
import {
  startTestGateway,
  startUpstream,
  type TestGateway,
  testConfig,
} from '../testing/test-gateway.ts';
import { until } from '../testing/until.ts';

async function start(connectionsMax: number, change = {}): Promise<TestGateway> {
  const { url } = await startUpstream((req, res) => {
    if (req.url === '/') res.end('some');
    else res.write('some');
  });
  const { limits } = await testConfig();
  return startTestGateway(url, { limits: { ...limits, connectionsMax }, ...change });
}

async function ask(gateway: TestGateway, path: string): Promise<RawClient> {
  const client = await connectRaw(gateway.address);
  client.send(`GET ${path} HTTP/1.1\r\nHost: a\r\nX-Api-Key: ${gateway.fleet.addKey()}\r\n\r\n`);
  await client.receives('some');
  return client;
}

async function metric({ adminUrl }: TestGateway, name: string): Promise<number> {
  const text = await (await fetch(`${adminUrl}/metrics`)).text();
  const line = text.split('\n').find((each) => each.startsWith(`tollkeeper_gateway_${name} `));
  return Number(line?.split(' ')[1] ?? 0);
}

describe('where there are too many connections', () => {
  it('the oldest idle one goes for each new one, that of a key last', async () => {
    const gateway = await start(4);
    const keyed = await ask(gateway, '/');
    const idle = [await connectRaw(gateway.address), await connectRaw(gateway.address)];
    const newest = await connectRaw(gateway.address);
    await idle[0]?.closes();
    expect(await metric(gateway, 'connections_ended_total{reason="idle"}')).toBe(1);
    await connectRaw(gateway.address);
    await idle[1]?.closes();
    expect([keyed.isClosed(), newest.isClosed()]).toEqual([false, false]);
    expect(await metric(gateway, 'connections_ended_total{reason="idle"}')).toBe(2);
  });

  it('those of keys go too, for one more', async () => {
    const gateway = await start(3);
    const keyed = [await ask(gateway, '/'), await ask(gateway, '/')];
    await ask(gateway, '/');
    await keyed[0]?.closes();
    expect(keyed[1]?.isClosed()).toBe(false);
  });

  it('none goes on which an answer is under way: the new one is not taken', async () => {
    const gateway = await start(2);
    const used = [await ask(gateway, '/stream'), await ask(gateway, '/stream')];
    await (await connectRaw(gateway.address)).closes();
    expect(used.map((each) => each.isClosed())).toEqual([false, false]);
    expect(await metric(gateway, 'connections_ended_total{reason="all_in_use"}')).toBe(1);
    used[0]?.socket.destroy();
    await until('there is room', async () => (await metric(gateway, 'connections')) === 1);
    (await ask(gateway, '/')).socket.destroy();
    used[1]?.socket.destroy();
  });

  it('a handshake that does not go on is as idle', async () => {
    const gateway = await start(3, { tls: makeTls('a.example') });
    const silent = [await connectRaw(gateway.address), await connectRaw(gateway.address)];
    const greeted = connect({ ...gateway.address, rejectUnauthorized: false });
    await new Promise((resolve) => greeted.once('secureConnect', resolve));
    await silent[0]?.closes();
    const another = await connectRaw(gateway.address);
    await silent[1]?.closes();
    expect(greeted.destroyed).toBe(false);
    for (const socket of [greeted, another.socket]) socket.destroy();
    await until('none is left', async () => (await metric(gateway, 'connections')) === 0);
  });
});
