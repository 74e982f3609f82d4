import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildGateway, builtGateway } from '../../scripts/programs.mjs';
import { type Comparison, compare } from '../compare.ts';
import { anyOf, type BenchKey, makeKeys } from '../keys.ts';
import {
  ALL_CORES,
  findFreePort,
  LOAD_CORES,
  pin,
  residentBytes,
  SERVER_CORES,
  type ServerProcess,
  startProgram,
} from '../server-process.ts';
import { NOWHERE, writeGatewayState } from './gateway-state.ts';

export interface GatewayFigures {
  readonly keys: number;
  /** The gateway beside nginx: requests per second, and per second of processor time. */
  readonly throughput: Comparison;
  readonly latency: Readonly<Record<'upstream' | 'nginx' | 'gateway', Latency>>;
  /** From the start of the process until it says that it is ready. */
  readonly startMs: number;
  readonly residentBytes: {
    /** Before the first request. */
    readonly ready: number | undefined;
    readonly afterLoad: number | undefined;
  };
}

/** The gateway with that many keys, beside nginx's proxy_pass, both before the same upstream. */
export async function measureGateway(count: number): Promise<GatewayFigures> {
  const folder = mkdtempSync(join(tmpdir(), 'tollkeeper-gateway-'));
  const started: ServerProcess[] = [];
  try {
    const keys = makeKeys(count);
    writeGatewayState(join(folder, 'state'), keys);
    const upstream = await startNginxUpstream(folder);
    const nginx = await startNginxProxy(folder, upstream.port);
    const gateway = await startGateway(join(folder, 'state'), upstream.port);
    started.push(upstream, nginx, gateway);
    const ready = residentBytes(gateway.pid);
    for (const server of [nginx, gateway]) pin(server.pid, SERVER_CORES);
    pin(upstream.pid, LOAD_CORES);
    pin(process.pid, LOAD_CORES);
    const nextRequest = requestMaker(keys);
    const throughput = await compare(gateway, nginx, nextRequest);
    const ports = { upstream: upstream.port, nginx: nginx.port, gateway: gateway.port };
    const latency = await measureLatency(ports, nextRequest);
    return {
      keys: count,
      throughput,
      latency,
      startMs: gateway.startMs,
      residentBytes: { ready, afterLoad: residentBytes(gateway.pid) },
    };
  } finally {
    pin(process.pid, ALL_CORES);
    await Promise.all(started.map((server) => server.stop()));
    rmSync(folder, { recursive: true, force: true });
  }
}

async function startGateway(stateDir: string, upstreamPort: number): Promise<ServerProcess> {
  await buildGateway();
  const adminPort = await findFreePort();
  const argsOf = (port: number) => [
    builtGateway,
    ...['--control-plane', NOWHERE, '--state-dir', stateDir],
    ...['--upstream', `http://127.0.0.1:${upstreamPort}`],
    ...['--listen', `127.0.0.1:${port}`, '--admin', `127.0.0.1:${adminPort}`],
  ];
  // Warnings would tell again and again that there is no control plane.
  const env = { LOG_LEVEL: 'error' };
  return startProgram(process.execPath, argsOf, { path: '/readyz', port: adminPort }, env);
}

function requestMaker(keys: readonly BenchKey[]): () => string {
  return () =>
    `GET /invoices/inv_1 HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer ${anyOf(keys).secret}\r\naccept: application/json\r\nuser-agent: bench\r\n\r\n`;
}

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

/** What the gateway is measured beside: Debian's nginx, one process, without a log. */
export function startNginxProxy(folder: string, upstreamPort: number): Promise<ServerProcess> {
  const upstream = `upstream api { server 127.0.0.1:${upstreamPort}; keepalive 64; keepalive_requests 1000000000; }`;
  const location =
    'proxy_pass http://api; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header X-Forwarded-For $remote_addr;';
  return startNginx(folder, 'proxy', upstream, location);
}

/** What both forward to: it costs little, so that it is not what limits. */
export function startNginxUpstream(folder: string): Promise<ServerProcess> {
  const location = `default_type application/json; return 200 '{"id":"inv_1","total":4200,"currency":"EUR","paid":true}';`;
  return startNginx(folder, 'upstream', '', location);
}

function startNginx(folder: string, name: string, blocks: string, location: string) {
  const configOf = (port: number) => `
    daemon off; master_process off; pid ${folder}/${name}.pid; error_log stderr error;
    events { worker_connections 1024; }
    http {
      access_log off; keepalive_requests 1000000000;
      client_body_temp_path ${folder}/${name}-body; proxy_temp_path ${folder}/${name}-proxy;
      fastcgi_temp_path ${folder}/${name}-f; uwsgi_temp_path ${folder}/${name}-u; scgi_temp_path ${folder}/${name}-s;
      ${blocks}
      server { listen 127.0.0.1:${port}; location / { ${location} } }
    }`;
  return startProgram(
    '/usr/sbin/nginx',
    (port) => {
      const file = join(folder, `${name}.conf`);
      writeFileSync(file, configOf(port));
      return ['-c', file];
    },
    { path: '/' },
  );
}
