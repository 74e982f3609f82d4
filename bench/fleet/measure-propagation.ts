import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type Client, createClient } from '@tollkeeper/sdk';
import { claim, startControlPlane } from '../control-plane.ts';
import type { HostAnswer, HostOrder } from './gateway-host.ts';

export interface PropagationFigures {
  readonly gateways: number;
  readonly revocations: number;
  /** From the answer to the revoking call until a gateway refuses the key, in milliseconds. */
  readonly medianMs: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** From sending the revoking call until a gateway refuses the key, in milliseconds; the median. */
  readonly fromRequestMs: number;
  /** A bare request and answer between the same processes, beside it. */
  readonly roundTripMs: number;
}

const HOST = fileURLToPath(new URL('./gateway-host.ts', import.meta.url));
const GATEWAYS = 100;
const REVOCATIONS = 50;

/** Revokes one key after another, and watches when each of the gateways refuses it. */
export async function measurePropagation(dataDir: string): Promise<PropagationFigures> {
  const server = await startControlPlane(dataDir);
  let host: ChildProcess | undefined;
  try {
    const { cookie } = await claim(server);
    const baseUrl = `http://127.0.0.1:${server.port}`;
    const client = createClient({ baseUrl, headers: () => ({ cookie, origin: baseUrl }) });
    const joinKey = await client.createJoinKey({ body: { usesMax: GATEWAYS } });
    host = fork(HOST, [baseUrl, joinKey.secret ?? '', String(GATEWAYS)]);
    await answerOf(host);
    const delays: number[] = [];
    const fromRequests: number[] = [];
    const roundTrips: number[] = [];
    for (let round = 0; round < REVOCATIONS; round += 1) {
      const { fromAnswer, fromRequest } = await revokeOnce(client, host);
      delays.push(...fromAnswer);
      fromRequests.push(...fromRequest);
      roundTrips.push(await timed(() => fetch(`${baseUrl}/healthz`).then((each) => each.text())));
    }
    const sorted = delays.toSorted((a, b) => a - b);
    return {
      gateways: GATEWAYS,
      revocations: REVOCATIONS,
      medianMs: at(sorted, 0.5),
      p99Ms: at(sorted, 0.99),
      maxMs: at(sorted, 1),
      fromRequestMs: medianOf(fromRequests),
      roundTripMs: medianOf(roundTrips),
    };
  } finally {
    host?.disconnect();
    await server.stop();
  }
}

/** @returns for each gateway, how long after the answer and after the request it refused the key */
async function revokeOnce(client: Client, host: ChildProcess) {
  const key = await client.createKey({
    body: { name: 'ci-pipeline', profile: 'custom', scopes: ['apis.call'] },
  });
  const secret = key.secret ?? '';
  await order(host, { secret, accepted: true });
  const refused = order(host, { secret, accepted: false });
  const sentAt = performance.timeOrigin + performance.now();
  await client.revokeKey({ params: { id: key.id }, body: {} });
  const answeredAt = performance.timeOrigin + performance.now();
  const moments = (await refused).at;
  return {
    fromAnswer: moments.map((moment) => Math.max(0, moment - answeredAt)),
    fromRequest: moments.map((moment) => moment - sentAt),
  };
}

function order(host: ChildProcess, message: HostOrder): Promise<HostAnswer> {
  const answer = answerOf(host);
  host.send(message);
  return answer;
}

async function answerOf(host: ChildProcess): Promise<HostAnswer> {
  const [answer] = (await once(host, 'message')) as [HostAnswer];
  return answer;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

function medianOf(values: readonly number[]): number {
  return at(
    values.toSorted((a, b) => a - b),
    0.5,
  );
}

function at(sorted: readonly number[], quantile: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * quantile))] ?? Number.NaN;
}
