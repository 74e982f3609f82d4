import { createCounters, type Limiter, systemClock } from '@tollkeeper/gateway-core';
import type { Log } from '../log.ts';
import { openRedisStore } from './redis-store.ts';
import { createSharedLimiter, type SharedLimiter } from './shared-limiter.ts';

/** The counters of a gateway. */
export interface GatewayLimiter {
  readonly limiter: Limiter;
  /** Undefined where the gateway counts for itself. */
  readonly shared: SharedLimiter | undefined;
  /** Calls with what is wrong, now and whenever it changes; null is nothing. */
  watch(report: (fault: string | null) => void): void;
}

const AWAY = 'Redis is away: this gateway counts the rate limits of policies for itself.';

/** @param url of the Redis that gateways share; undefined where each counts for itself */
export async function openLimiter(url: URL | undefined, log: Log): Promise<GatewayLimiter> {
  const counters = createCounters(systemClock);
  if (!url) return { limiter: counters, shared: undefined, watch: () => undefined };
  let report: ((fault: string | null) => void) | undefined;
  const shared = createSharedLimiter({
    ...{ store: await openRedisStore(url), counters, clock: systemClock },
    changed(isShared, reason) {
      // The password is in the address, and in no reason that Redis or its client gives.
      const details = { redis: url.host };
      if (isShared) log.info(details, 'Redis counts the rate limits of policies');
      else
        log.warn(
          { ...details, reason },
          'Redis is away: this gateway counts rate limits for itself',
        );
      report?.(isShared ? null : AWAY);
    },
  });
  return {
    limiter: shared,
    shared,
    watch(reporting) {
      report = reporting;
      reporting(shared.isShared() ? null : AWAY);
    },
  };
}
