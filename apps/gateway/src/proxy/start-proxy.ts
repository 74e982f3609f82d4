import type { Server as HttpServer } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import { Server as NetServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Fleet, Limiter } from '@tollkeeper/gateway-core';
import type { Registry } from 'prom-client';
import { createAccessLog } from '../access-log/access-log.ts';
import { addGauge, addUpstreamMetrics, createCallMetrics } from '../admin/metrics.ts';
import type { Address } from '../config/address.ts';
import type { Config } from '../config/config.ts';
import { createBodyMemory } from '../inspect/body-memory.ts';
import { listen } from '../listen.ts';
import type { Log } from '../log.ts';
import { prepareRoutes } from '../request/routes.ts';
import type { UpstreamReport } from './balancing/balanced-upstreams.ts';
import { type Connections, createConnections } from './connections.ts';
import { createProxyServer, setLimits } from './create-server.ts';
import { startRechecks } from './recheck.ts';
import { createRunningCalls } from './running-calls.ts';
import type { Services } from './services.ts';
import { createTurn } from './turn.ts';
import { createUpstreams } from './upstreams.ts';

export interface ProxyOptions {
  readonly config: Config;
  readonly fleet: Pick<Fleet, 'keys' | 'count' | 'countCanary' | 'flush'>;
  /** Counters of the rate limits of policies. */
  readonly limiter: Limiter;
  readonly log: Log;
  /** Takes the metrics of the requests. */
  readonly registry: Registry;
  /** In milliseconds since 1970. */
  readonly nowMs: () => number;
  /** How long an idle connection stays for a request that is on its way already, in milliseconds. */
  readonly graceMs?: number;
}

/** What serves the clients. */
export interface RunningProxy {
  readonly address: Address;
  isDraining(): boolean;
  /** Of routes that have several. */
  upstreams(): readonly UpstreamReport[];
  /** Applies to requests from now on. */
  reload(config: Config): void;
  /** After its file was renamed. */
  reopenAccessLog(): void;
  /** Takes nothing new, answers what is under way, and ends. */
  close(): Promise<void>;
}

const GRACE_MS = 1000;
const UPSTREAM_LOST = {
  ejected: 'upstream ejected: it failed too many requests in a row',
  down: 'upstream failed its health check',
} as const;

/** @throws Error of listen() */
export async function startProxy(options: ProxyOptions): Promise<RunningProxy> {
  const { config, fleet, limiter, log, registry, nowMs, graceMs = GRACE_MS } = options;
  const connections = createConnections(
    () => metrics.connectionEnded('idle'),
    (call) => accessLog.ended(call),
  );
  const metrics = createCallMetrics(registry, connections.count);
  const accessLog = createAccessLog({
    ...{ config: config.accessLog, log, nowMs },
    dropped: metrics.accessLineDropped,
  });
  const upstreams = createUpstreams((upstream, state) => {
    metrics.upstreamChanged(upstream, state);
    if (state === 'up') log.info({ upstream }, 'upstream is available again');
    else log.warn({ upstream, state }, UPSTREAM_LOST[state]);
  });
  addUpstreamMetrics(registry, upstreams.reports);
  const services: Services = {
    ...{ fleet, limiter, log, metrics, accessLog, upstreams, nowMs },
    runningCalls: createRunningCalls(),
    bodyMemory: createBodyMemory(() => services.live.config.limits.inspectedBytesMax),
    hold: createTurn(() => fleet.flush()),
    live: { config, routes: prepareRoutes(config.routes) },
    isDraining: false,
  };
  const { used } = services.bodyMemory;
  addGauge(registry, 'inspected_bytes', 'Memory of bodies that are held to be inspected', used);
  const server = createProxyServer(services, connections);
  const address = await listen(server, config.listen, 'listen');
  upstreams.use(services.live.routes);
  const endRechecks = startRechecks(connections, nowMs);
  return {
    address,
    isDraining: () => services.isDraining,
    upstreams: upstreams.reports,
    reload(next) {
      const before = new Set(connections.underWay());
      services.live = { config: next, routes: prepareRoutes(next.routes) };
      setLimits(server, connections, next.limits);
      if (next.tls && 'setSecureContext' in server)
        (server as HttpsServer).setSecureContext(next.tls);
      upstreams.use(
        services.live.routes,
        () => !connections.underWay().some((call) => before.has(call)),
      );
      accessLog.reload(next.accessLog);
    },
    reopenAccessLog: accessLog.reopen,
    async close() {
      await drain(services, server, connections, graceMs);
      endRechecks();
      await upstreams.close();
      await accessLog.close();
    },
  };
}

async function drain(
  services: Services,
  server: HttpServer,
  connections: Connections,
  graceMs: number,
): Promise<void> {
  services.isDraining = true;
  const closed = new Promise<void>((resolve) => {
    // Not the close() of HTTP, which cuts idle connections at once: a request may be on its way.
    NetServer.prototype.close.call(server, () => resolve());
  });
  const deadline = setTimeout(() => connections.cutAll(), services.live.config.limits.drainMs);
  await Promise.race([closed, delay(graceMs, undefined, { ref: false })]);
  connections.endIdle();
  await closed;
  clearTimeout(deadline);
}
