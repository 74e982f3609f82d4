/** The gateway, apart from its process: serves clients by a configuration and a place in the fleet. */
import type { Fleet } from '@tollkeeper/gateway-core';
import { Registry } from 'prom-client';
import { addFleetMetrics, addLimitMetrics } from './admin/metrics.ts';
import { startAdmin } from './admin/start-admin.ts';
import type { Address } from './config/address.ts';
import type { Config } from './config/config.ts';
import type { SharedLimiter } from './limits/shared-limiter.ts';
import { type ProxyOptions, startProxy } from './proxy/start-proxy.ts';

export interface GatewayOptions extends Omit<ProxyOptions, 'registry'> {
  readonly fleet: Fleet;
  /** Undefined where the gateway counts rate limits for itself. */
  readonly shared?: SharedLimiter | undefined;
}

export interface Gateway {
  /** Where clients are served, and where health and metrics are: the ports in use. */
  readonly address: Address;
  readonly adminAddress: Address;
  /** Applies to requests from now on. Addresses, stateDir, workers and the fleet stay as they are. */
  reload(config: Config): void;
  /** After the file of the access log was renamed: further lines go to a new one. */
  reopenAccessLog(): void;
  /** Takes nothing new, answers what is under way, and ends. */
  close(): Promise<void>;
}

/** @throws Error of listen() */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { config, fleet, shared } = options;
  const registry = new Registry();
  const proxy = await startProxy({ ...options, registry });
  fleet.watchUpstreams(proxy.upstreams);
  addFleetMetrics(registry, fleet);
  if (shared) addLimitMetrics(registry, shared);
  const admin = await startAdmin(config.admin, {
    fleet,
    readyFault: () => readyFault(fleet, proxy.isDraining()),
    metrics: async () => ({ text: await registry.metrics(), contentType: registry.contentType }),
  });
  return {
    address: proxy.address,
    adminAddress: admin.address,
    reload: proxy.reload,
    reopenAccessLog: proxy.reopenAccessLog,
    async close() {
      await proxy.close();
      await fleet.close();
      await admin.close();
    },
  };
}

/** Why no request would get through now. */
function readyFault(fleet: Fleet, isDraining: boolean): string | undefined {
  if (isDraining) return 'draining';
  const keys = fleet.keys();
  if (typeof keys === 'string') return keys;
  return fleet.status().draining ? 'draining' : undefined;
}
