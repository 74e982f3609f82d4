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

const SOCKETS = process.env.LONG ? 5000 : 175;
const CALLS = process.env.LONG ? 4000 : 200;
const EVERY_MS = process.env.LONG ? 4000 : 1000;
const TIMEOUT_MS = process.env.LONG ? 300_000 : 180_000;
/** Below it, the other processes of the machine decide. */
const NOISE_MS = 25;
const [RUNS_MIN, RUNS_MAX] = [2, 20];

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

function reportOf<T = Slow>(child: ChildProcess): Promise<T> {
  child.send('now');
  return nextMessage(child);
}

/**
 * Four at a time; every fourth call has a connection of its own.
 * @param triesMax of a call whose connection was ended: one that says nothing yet may be, for another
 */
async function callAs({ address, secret }: GatewayProcess, calls: number, triesMax = 1) {
  const agent = new Agent({ keepAlive: true, maxSockets: 4 });
  const times: number[] = [];
  const faults: unknown[] = [];
  let left = calls;
  const callOn = async () => {
    while (left-- > 0) {
      const startedAt = performance.now();
      const via = left % 4 === 0 ? false : agent;
      let status: unknown;
      for (let tries = 0; tries < triesMax && status !== 200; tries++) {
        status = await call(address, secret, via).catch((error: unknown) => error);
      }
      if (status !== 200) faults.push(status);
      times.push(performance.now() - startedAt);
    }
  };
  await Promise.all([1, 2, 3, 4].map(callOn));
  agent.destroy();
  times.sort((one, other) => one - other);
  return { p99: times[Math.floor(times.length * 0.99)] ?? 0, faults };
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

/**
 * Calls both in turn, as often as one seems slower than the other: what else the machine does slows
 * both alike, and is not in the best of several runs.
 */
async function compare(gateway: GatewayProcess, control: GatewayProcess) {
  const best = { p99: Number.POSITIVE_INFINITY, controlP99: Number.POSITIVE_INFINITY };
  const faults: unknown[] = [];
  const isSlower = () => best.p99 >= 2 * Math.max(best.controlP99, NOISE_MS);
  for (let run = 0; run < RUNS_MAX && (run < RUNS_MIN || isSlower()); run++) {
    const [one, other] = [await callAs(gateway, CALLS), await callAs(control, CALLS)];
    best.p99 = Math.min(best.p99, one.p99);
    best.controlP99 = Math.min(best.controlP99, other.p99);
    faults.push(...one.faults, ...other.faults);
  }
  return { ...best, isSlower: isSlower(), faults };
}

it(
  `serves others as fast beside ${SOCKETS} slow clients`,
  async () => {
    const [headerTimeoutMs, bodyTimeoutMs] = process.env.LONG ? [10_000, 30_000] : [1000, 1000];
    const limits = { headerTimeoutMs, bodyTimeoutMs };
    const [gateway, control] = [await start(limits), await start(limits)];
    for (const each of [gateway, control]) await callAs(each, CALLS);
    const slow = await startSlow(gateway);
    const compared = await compare(gateway, control);
    if (process.env.LONG) console.info({ compared, ...(await reportOf(slow)) });
    expect(compared).toMatchObject({ faults: [], isSlower: false });
    const isCut = (count = 0) => count > SOCKETS / 14;
    await until(
      'those are cut who keep others waiting',
      async () => {
        const { cuts } = await reportOf(slow);
        const kinds = ['silent', 'empty lines', 'slow head', 'slow body without a key'];
        const unread = await reportOf<{ cuts: number }>(gateway.upstream);
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
    const { p99, faults } = await callAs(gateway, CALLS, 3);
    expect(faults).toEqual([]);
    if (process.env.LONG) {
      console.info({ p99, ...(await reportOf(slow)) });
      expect(p99).toBeLessThan(10_000);
    }
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
