import type { ChildProcess } from 'node:child_process';
import { Agent, request } from 'node:http';
import { expect, it } from 'vitest';
import type { Limits } from '../config/config.ts';
import { connectRaw } from '../testing/raw-client.ts';
import {
  forkLater,
  type GatewayProcess,
  nextMessage,
  startGatewayProcess,
} from '../testing/start-gateway-process.ts';
import { until } from '../testing/until.ts';

const SOCKETS = process.env.LONG ? 5000 : 350;
const CALLS = process.env.LONG ? 4000 : 400;
const EVERY_MS = process.env.LONG ? 4000 : 1000;
const TIMEOUT_MS = process.env.LONG ? 300_000 : 180_000;
/** Below it, the other processes of the machine decide. */
const NOISE_MS = 25;

interface Slow {
  readonly connected: number;
  readonly cuts: Readonly<Record<string, number>>;
}

async function start(limits: Partial<Limits>) {
  const upstream = forkLater('./slow-upstream.ts', []);
  const { url } = await nextMessage<{ url: string }>(upstream);
  const gateway = await startGatewayProcess(url, limits);
  return { ...gateway, upstream };
}

async function startSlow({ address, secret }: GatewayProcess): Promise<ChildProcess> {
  const { host, port } = address;
  const args = [host, String(port), String(SOCKETS), String(EVERY_MS), secret];
  const slow = forkLater('./slow-clients.ts', args);
  await nextMessage(slow);
  return slow;
}

function told<T = Slow>(child: ChildProcess): Promise<T> {
  child.send('now');
  return nextMessage(child);
}

/** Four at a time; every fourth call has a connection of its own. */
async function callAs({ address, secret }: GatewayProcess, calls: number) {
  const agent = new Agent({ keepAlive: true, maxSockets: 4 });
  const times: number[] = [];
  const faults: unknown[] = [];
  let left = calls;
  const callOn = async () => {
    while (left-- > 0) {
      const startedAt = performance.now();
      const via = left % 4 === 0 ? false : agent;
      const status = await call(address, secret, via).catch((error: unknown) => error);
      if (status !== 200) faults.push(status);
      times.push(performance.now() - startedAt);
    }
  };
  await Promise.all([1, 2, 3, 4].map(callOn));
  agent.destroy();
  times.sort((one, other) => one - other);
  return {
    p50: times[times.length >> 1] ?? 0,
    p99: times[Math.floor(times.length * 0.99)] ?? 0,
    faults,
  };
}

function call(address: object, secret: string, agent: Agent | false): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request({ ...address, agent, headers: { 'x-api-key': secret } }, (res) => {
      res.resume().once('end', () => resolve(res.statusCode));
    })
      .once('error', reject)
      .end();
  });
}

/** The best of three: what the machine does meanwhile is not in all of them. */
async function measure(gateway: GatewayProcess) {
  const runs = [];
  for (let run = 0; run < 3; run++) runs.push(await callAs(gateway, CALLS));
  return {
    p50: Math.min(...runs.map(({ p50 }) => p50)),
    p99: Math.min(...runs.map(({ p99 }) => p99)),
    faults: runs.flatMap(({ faults }) => faults),
  };
}

it(
  `serves others as fast beside ${SOCKETS} slow clients`,
  async () => {
    const [headerTimeoutMs, bodyTimeoutMs] = process.env.LONG ? [10_000, 30_000] : [1000, 1000];
    const gateway = await start({ headerTimeoutMs, bodyTimeoutMs });
    await callAs(gateway, CALLS);
    const alone = await measure(gateway);
    const slow = await startSlow(gateway);
    const beside = await measure(gateway);
    if (process.env.LONG) console.info({ alone, beside, ...(await told(slow)) });
    expect(beside.faults).toEqual([]);
    expect(beside.p99).toBeLessThan(2 * Math.max(alone.p99, NOISE_MS));
    const isCut = (count = 0) => count > SOCKETS / 14;
    await until(
      'those are cut who keep others waiting',
      async () => {
        const { cuts } = await told(slow);
        const kinds = ['silent', 'empty lines', 'slow head', 'slow body without a key'];
        const unread = await told<{ cuts: number }>(gateway.upstream);
        return isCut(unread.cuts) && kinds.every((kind) => isCut(cuts[kind]));
      },
      TIMEOUT_MS / 2,
    );
  },
  TIMEOUT_MS,
);

it(
  `lets others in although ${SOCKETS} slow clients are too many`,
  async () => {
    const connectionsMax = Math.floor(SOCKETS * 0.6);
    const gateway = await start({ connectionsMax });
    const kept = await connectRaw(gateway.address);
    const ask = `GET / HTTP/1.1\r\nHost: a\r\nX-Api-Key: ${gateway.secret}\r\n\r\n`;
    kept.send(ask);
    await kept.receives('some');
    const slow = await startSlow(gateway);
    const { p99, faults } = await measure(gateway);
    if (process.env.LONG) console.info({ p99, ...(await told(slow)) });
    expect(faults).toEqual([]);
    expect(p99).toBeLessThan(1000);
    kept.send(ask);
    await kept.receives(/some.*some/s);
    const metrics = await metricsOf(gateway);
    expect(metrics(/_connections (\d+)/)).toBeLessThanOrEqual(connectionsMax);
    expect(metrics(/_connections_ended_total\{reason="idle"\} (\d+)/)).toBeGreaterThan(SOCKETS / 4);
    kept.socket.destroy();
  },
  TIMEOUT_MS,
);

async function metricsOf({ adminAddress }: GatewayProcess) {
  const text = await (await fetch(`http://127.0.0.1:${adminAddress.port}/metrics`)).text();
  return (line: RegExp) => Number(line.exec(text)?.[1]);
}
