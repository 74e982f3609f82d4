/** The gateway as several processes: this one follows the fleet and the workers serve the requests. */
import type { Fleet } from '@tollkeeper/gateway-core';
import { Registry } from 'prom-client';
import { addFleetMetrics, addGauge, addLimitMetrics } from '../admin/metrics.ts';
import { startAdmin } from '../admin/start-admin.ts';
import type { Gateway } from '../app.ts';
import type { Config } from '../config/config.ts';
import type { SharedLimiter } from '../limits/shared-limiter.ts';
import type { WorkerPool } from './worker-pool.ts';

/** @throws Error of listen() */
export async function startPrimary(
  config: Config,
  fleet: Fleet,
  pool: WorkerPool,
  shared: SharedLimiter | undefined,
): Promise<Gateway> {
  let isDraining = false;
  const registry = new Registry();
  fleet.watchUpstreams(pool.upstreams);
  addFleetMetrics(registry, fleet);
  if (shared) addLimitMetrics(registry, shared);
  addGauge(registry, 'workers', 'Worker processes that take requests', pool.servingCount);
  const address = await pool.address;
  const admin = await startAdmin(config.admin, {
    fleet,
    readyFault: () => (isDraining ? 'draining' : readyFault(fleet, pool)),
    async metrics() {
      const total = await pool.metrics();
      const text = (await total.metrics()) + (await registry.metrics());
      return { text, contentType: registry.contentType };
    },
  });
  return {
    address,
    adminAddress: admin.address,
    reload: pool.reload,
    reopenAccessLog: pool.reopenAccessLog,
    async close() {
      isDraining = true;
      await pool.drain();
      await fleet.close();
      await admin.close();
    },
  };
}

/** Why no request would get through now. */
function readyFault(fleet: Fleet, pool: WorkerPool): string | undefined {
  const { version, ageMs, staleMaxMs, draining } = fleet.status();
  if (pool.servingCount() === 0) return 'no_workers';
  if (fleet.keys() === 'gateway_removed') return 'gateway_removed';
  if (version === null) return 'no_snapshot';
  if (staleMaxMs !== null && (ageMs === null || ageMs > staleMaxMs)) return 'snapshot_stale';
  return draining ? 'draining' : undefined;
}
