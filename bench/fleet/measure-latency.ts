import { connect } from 'node:net';

export interface Latency {
  readonly p50Ms: number;
  readonly p99Ms: number;
}

const REQUESTS = 300;
const ROUNDS = 10;
const OK = 'HTTP/1.1 200 ';

/**
 * How long one request after another takes on a connection that stands, for each of the ports.
 * They take turns, so that what disturbs the machine disturbs all.
 */
export async function measureLatency<Name extends string>(
  ports: Readonly<Record<Name, number>>,
  nextRequest: () => string,
): Promise<Record<Name, Latency>> {
  const names = Object.keys(ports) as Name[];
  const times = new Map<Name, number[]>(names.map((name) => [name, []]));
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const name of names) {
      const measured = await askInTurn(ports[name], nextRequest);
      // The first round warms up.
      if (round > 0) times.get(name)?.push(...measured);
    }
  }
  const latencies = names.map((name) => [name, summary(times.get(name) ?? [])] as const);
  return Object.fromEntries(latencies) as Record<Name, Latency>;
}

function askInTurn(port: number, nextRequest: () => string): Promise<number[]> {
  return new Promise((resolve, reject) => {
    const times: number[] = [];
    let askedAt = 0;
    const socket = connect(port, '127.0.0.1', ask).setNoDelay(true).setEncoding('latin1');
    function ask() {
      const request = nextRequest();
      askedAt = performance.now();
      socket.write(request, 'latin1');
    }
    socket.once('error', reject);
    socket.once('close', () => resolve(times));
    // Answers are short: each comes in one piece.
    socket.on('data', (text: unknown) => {
      times.push(performance.now() - askedAt);
      if (!String(text).startsWith(OK)) socket.destroy(new Error(String(text)));
      else if (times.length < REQUESTS) ask();
      else socket.destroy();
    });
  });
}

function summary(times: readonly number[]): Latency {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (quantile: number) => sorted[Math.floor(sorted.length * quantile)] ?? Number.NaN;
  return { p50Ms: at(0.5), p99Ms: at(0.99) };
}
