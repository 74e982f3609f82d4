import { deepStrictEqual } from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { hashSecret } from '@tollkeeper/verify';
import type { BareFacts } from './bare-server.ts';
import { type Comparison, compare } from './compare.ts';
import { startControlPlane } from './control-plane.ts';
import { anyOf, type BenchKey, KEY_SCOPES } from './keys.ts';
import {
  ALL_CORES,
  LOAD_CORES,
  pin,
  residentBytes,
  SERVER_CORES,
  type ServerProcess,
  startServer,
} from './server-process.ts';

export interface RouteFigures {
  readonly keys: number;
  readonly startMs: number;
  readonly routes: readonly { readonly title: string; readonly figures: Comparison }[];
  /** After the load. */
  readonly residentBytes: number | undefined;
  readonly bareResidentBytes: number | undefined;
}

/** Our routes beside the bare server's, with the keys that the data folder holds. */
export async function measureRoutes(
  dataDir: string,
  factsFile: string,
  keys: readonly BenchKey[],
): Promise<RouteFigures> {
  const ours = await startControlPlane(dataDir);
  let bare: ServerProcess | undefined;
  try {
    await writeFacts(factsFile, ours, keys);
    bare = await startServer('bench/bare-server.ts', '/', { BARE_FACTS: factsFile });
    for (const server of [ours, bare]) pin(server.pid, SERVER_CORES);
    // Only now: what is started by a pinned process is pinned too, the database among it.
    pin(process.pid, LOAD_CORES);
    const routes = [];
    for (const route of BENCH_ROUTES) {
      await requireSameAnswer(route, ours, bare, keys);
      const figures = await compare(ours, bare, route.requestMaker(keys));
      routes.push({ title: route.title, figures });
    }
    return {
      keys: keys.length,
      startMs: ours.startMs,
      routes,
      residentBytes: residentBytes(ours.pid),
      bareResidentBytes: residentBytes(bare.pid),
    };
  } finally {
    pin(process.pid, ALL_CORES);
    await Promise.all([ours.stop(), bare?.stop()]);
  }
}

async function writeFacts(file: string, { port }: ServerProcess, keys: readonly BenchKey[]) {
  const response = await fetch(`http://127.0.0.1:${port}/v1/whoami`, {
    headers: { authorization: `Bearer ${keys[0]?.secret}` },
  });
  if (!response.ok) throw new Error(`The first key is refused: ${await response.text()}`);
  const { key: _key, ...identity } = await response.json();
  const facts: BareFacts = {
    identity,
    scopes: KEY_SCOPES,
    keys: keys.map(({ secret, id, name }) => [
      Buffer.from(hashSecret(secret)).toString('hex'),
      id,
      name,
    ]),
  };
  await writeFile(file, JSON.stringify(facts), { mode: 0o600 });
}

/** Two servers that answer differently are not to be compared. */
async function requireSameAnswer(
  route: BenchRoute,
  ours: ServerProcess,
  bare: ServerProcess,
  keys: readonly BenchKey[],
): Promise<void> {
  for (let sample = 0; sample < SAMPLES; sample += 1) {
    const request = route.requestMaker(keys)();
    deepStrictEqual(await askOnce(ours.port, request), await askOnce(bare.port, request));
  }
}

const SAMPLES = 10;

/** Sends the request as the load generator would, and reads the answer with a real client's eyes. */
async function askOnce(port: number, request: string): Promise<unknown> {
  const [head = '', body] = request.split('\r\n\r\n');
  const [first = '', ...lines] = head.split('\r\n');
  const [method = '', path = ''] = first.split(' ');
  const headers = lines
    .map((line) => line.split(': '))
    .filter(([name]) => name !== 'host' && name !== 'content-length')
    .map(([name = '', value = '']): [string, string] => [name, value]);
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method,
    headers,
    ...(body ? { body } : {}),
  });
  return { status: response.status, body: await response.json() };
}

export interface BenchRoute {
  readonly title: string;
  readonly requestMaker: (keys: readonly BenchKey[]) => () => string;
}

/** A server asks with its one key about others. */
const verify: BenchRoute = {
  title: 'POST /v1/api-keys/verify',
  requestMaker: (keys) => {
    const head = `POST /v1/api-keys/verify HTTP/1.1\r\nhost: 127.0.0.1\r\n${bearer(anyOf(keys))}`;
    return () => {
      const body = `{"key":"${anyOf(keys).secret}"}`;
      return `${head}content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
    };
  },
};

/** Anyone asks about themselves. */
const whoami: BenchRoute = {
  title: 'GET /v1/whoami',
  requestMaker: (keys) => () =>
    `GET /v1/whoami HTTP/1.1\r\nhost: 127.0.0.1\r\n${bearer(anyOf(keys))}\r\n`,
};

export const BENCH_ROUTES: readonly BenchRoute[] = [verify, whoami];

function bearer({ secret }: BenchKey): string {
  return `authorization: Bearer ${secret}\r\n`;
}
