/** The gateway, apart from its process: serves clients by a configuration and a place in the fleet. */
import type { Server as HttpServer } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import { type AddressInfo, Server as NetServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Fleet } from '@tollkeeper/fleet';
import { createAdminServer } from './admin/admin-server.ts';
import { createMetrics } from './admin/metrics.ts';
import type { Address } from './config/address.ts';
import type { Config } from './config/config.ts';
import type { Log } from './log.ts';
import { type Connections, createConnections } from './proxy/connections.ts';
import { createProxyServer, setLimits } from './proxy/create-server.ts';
import type { Services } from './proxy/services.ts';
import { createTurn } from './proxy/turn.ts';
import { createUpstreams } from './proxy/upstreams.ts';
import { prepareRoutes } from './request/routes.ts';

export interface GatewayOptions {
  readonly config: Config;
  readonly fleet: Fleet;
  readonly log: Log;
  /** In milliseconds since 1970. */
  readonly nowMs: () => number;
  /** How long an idle connection stays for a request that is on its way already, in milliseconds. */
  readonly graceMs?: number;
}

export interface Gateway {
  /** Where clients are served, and where health and metrics are: the ports in use. */
  readonly address: Address;
  readonly adminAddress: Address;
  /** What comes from now on goes by it. Addresses, stateDir and the fleet stay. */
  reload(config: Config): void;
  /** Takes nothing new, answers what is under way, and ends. */
  close(): Promise<void>;
}

const GRACE_MS = 1000;

/** @throws Error of listen() */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { config, fleet, log, nowMs, graceMs = GRACE_MS } = options;
  const connections = createConnections();
  const metrics = createMetrics(fleet, connections.count);
  const upstreams = createUpstreams();
  const services: Services = {
    ...{ fleet, log, metrics, upstreams, nowMs },
    hold: createTurn(() => fleet.settle()),
    live: { config, routes: prepareRoutes(config.routes) },
    isDraining: false,
  };
  const server = createProxyServer(services, connections);
  const admin = createAdminServer(fleet, metrics, () => services.isDraining);
  const address = await listen(server, config.listen);
  const adminAddress = await listen(admin, config.admin);
  return {
    address,
    adminAddress,
    reload(next) {
      services.live = { config: next, routes: prepareRoutes(next.routes) };
      setLimits(server, next.limits);
      if (next.tls && 'setSecureContext' in server)
        (server as HttpsServer).setSecureContext(next.tls);
      upstreams.keepOnly(services.live.routes);
    },
    async close() {
      await drain(services, server, connections, graceMs);
      await upstreams.close();
      await fleet.close();
      await new Promise((resolve) => {
        admin.close(resolve);
        admin.closeAllConnections();
      });
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

async function listen(server: HttpServer, { host, port }: Address): Promise<Address> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen({ host, port }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return { host, port: (server.address() as AddressInfo).port };
}
