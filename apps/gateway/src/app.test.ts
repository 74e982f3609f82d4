import type { ServerResponse } from 'node:http';
import { Agent, request } from 'node:http';
import { describe, expect, it } from 'vitest';
import { connectRaw } from './testing/raw-client.ts';
import { startTestGateway, startUpstream, testConfig } from './testing/test-gateway.ts';
import { until } from './testing/until.ts';

describe('a gateway that stops', () => {
  it('takes nothing new, answers what is under way, and ends idle connections', async () => {
    const answers: ServerResponse[] = [];
    const upstream = await startUpstream((_, res) => answers.push(res));
    const gateway = await startTestGateway(upstream.url, {
      limits: { ...(await testConfig()).limits, drainMs: 10_000 },
    });
    const key = `X-Api-Key: ${gateway.fleet.addKey()}`;
    const idle = await connectRaw(gateway.address);
    const busy = await connectRaw(gateway.address);
    busy.send(`GET / HTTP/1.1\r\nHost: a\r\n${key}\r\n\r\n`);
    await until('the upstream has it', () => answers.length === 1);

    const closed = gateway.close();

    await idle.closes();
    await expect(fetch(gateway.url)).rejects.toThrow();
    expect((await fetch(`${gateway.adminUrl}/readyz`)).status).toBe(503);
    expect(busy.isClosed()).toBe(false);
    answers[0]?.end('answered');
    const text = await busy.closes();
    expect(text).toMatch(/^HTTP\/1\.1 200 .*connection: close.*answered$/is);
    await closed;
  });

  it('ends a connection whose answer had begun before, once that is whole', async () => {
    let answer: ServerResponse | undefined;
    const upstream = await startUpstream((_, res) => {
      res.write('begun ');
      answer = res;
    });
    const gateway = await startTestGateway(upstream.url, {
      limits: { ...(await testConfig()).limits, drainMs: 60_000 },
    });
    const client = await connectRaw(gateway.address);
    client.send(`GET / HTTP/1.1\r\nHost: a\r\nX-Api-Key: ${gateway.fleet.addKey()}\r\n\r\n`);
    await client.receives('begun');
    const closed = gateway.close();
    await until('nothing is taken', async () => !(await fetch(gateway.url).catch(() => undefined)));
    answer?.end('and ended');
    expect(await client.closes()).toContain('and ended');
    await closed;
  });

  it('drops no request of a load that goes on', async () => {
    const upstream = await startUpstream((_, res) => setTimeout(() => res.end('ok'), 2));
    const { limits } = await testConfig();
    const patient = { limits: { ...limits, drainMs: 60_000 } };
    const gateway = await startTestGateway(upstream.url, patient, { graceMs: 30_000 });
    const headers = { 'x-api-key': gateway.fleet.addKey() };
    const agent = new Agent({ keepAlive: true, maxSockets: 20 });
    const { host, port } = gateway.address;
    let refused = 0;
    let answered = 0;
    const failures: unknown[] = [];
    const client = async () => {
      while (refused === 0) {
        await new Promise<void>((resolve) => {
          request({ host, port, agent, headers }, (res) => {
            res.resume().once('end', () => {
              answered++;
              resolve();
            });
          })
            .once('error', (error: NodeJS.ErrnoException) => {
              // Nothing listens any more: the request was never taken.
              if (error.code === 'ECONNREFUSED') refused++;
              else failures.push(error);
              resolve();
            })
            .end();
        });
      }
    };
    const clients = Promise.all(Array.from({ length: 20 }, client));
    await until('under load', () => answered > 200);
    await gateway.close();
    await clients;
    agent.destroy();
    expect(failures).toEqual([]);
    expect(gateway.fleet.counted).toHaveLength(answered);
  });

  it('waits no longer than it may for what does not end', async () => {
    const upstream = await startUpstream(() => undefined);
    const gateway = await startTestGateway(upstream.url);
    const client = await connectRaw(gateway.address);
    client.send(`GET / HTTP/1.1\r\nHost: a\r\nX-Api-Key: ${gateway.fleet.addKey()}\r\n\r\n`);
    await until('counted', () => gateway.fleet.counted.length === 1);
    await gateway.close();
    await client.closes();
  });
});

describe('reading the configuration again', () => {
  it('changes routes for what comes next, and drops nothing that is under way', async () => {
    const answers: ServerResponse[] = [];
    const before = await startUpstream((_, res) => answers.push(res));
    const after = await startUpstream((_, res) => res.end('after'));
    const gateway = await startTestGateway(before.url);
    const headers = { 'x-api-key': gateway.fleet.addKey() };
    const underWay = fetch(gateway.url, { headers });
    await until('under way', () => answers.length === 1);

    gateway.reload(await testConfig(after.url));

    expect(await (await fetch(gateway.url, { headers })).text()).toBe('after');
    answers[0]?.end('before');
    expect(await (await underWay).text()).toBe('before');
  });

  it('drops no request of a load that goes on', async () => {
    const upstreams = await Promise.all([0, 1].map(() => startUpstream((_, res) => res.end('ok'))));
    const configs = await Promise.all(upstreams.map(({ url }) => testConfig(url)));
    const gateway = await startTestGateway(upstreams[0]?.url);
    const headers = { 'x-api-key': gateway.fleet.addKey() };
    let isOver = false;
    const statuses = new Set<number>();
    const client = async () => {
      while (!isOver) {
        const answer = await fetch(gateway.url, { headers });
        await answer.text();
        statuses.add(answer.status);
      }
    };
    const clients = Promise.all(Array.from({ length: 10 }, client));
    for (let i = 0; i < 30; i++) {
      const config = configs[i % 2];
      if (config) gateway.reload(config);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    isOver = true;
    await clients;
    expect([...statuses]).toEqual([200]);
  });
});

it('strips the prefix of a route, and goes below the path of its upstream', async () => {
  const upstream = await startUpstream((req, res) => res.end(req.url));
  const { routes } = await testConfig(`${upstream.url}/base/`);
  const [route] = routes;
  if (!route) throw new Error('no route');
  const gateway = await startTestGateway(upstream.url, {
    routes: [
      { ...route, path: '/strip', stripPrefix: true },
      { ...route, path: '/keep' },
    ],
  });
  const headers = { 'x-api-key': gateway.fleet.addKey() };
  const seen = await Promise.all(
    ['/strip', '/strip/', '/strip?a', '/strip/x%20y?a=/strip', '/keep/x'].map(async (path) =>
      (await fetch(gateway.url + path, { headers })).text(),
    ),
  );
  expect(seen).toEqual(['/base/', '/base/', '/base/?a', '/base/x%20y?a=/strip', '/base/keep/x']);
});

it('keeps the key out of every log line', async () => {
  const upstream = await startUpstream((_, res) => res.destroy());
  const gateway = await startTestGateway(upstream.url);
  const secret = gateway.fleet.addKey();
  await fetch(gateway.url, { headers: { 'x-api-key': secret } });
  expect(gateway.log.join('')).toContain('An upstream failed');
  expect(gateway.log.join('')).not.toContain(secret);
});
