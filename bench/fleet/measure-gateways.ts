import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildGateway, builtGateway } from '../../scripts/gateway.mjs';
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
import { type Latency, measureLatency } from './measure-latency.ts';
import { startNginxProxy, startNginxUpstream } from './nginx.ts';

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
