import type { UpstreamState } from '@tollkeeper/contract';
import { Pool } from 'undici';
import { upstreamsOf } from '../config/config.ts';
import type { Route } from '../request/routes.ts';
import { type BalancedUpstreams, createBalancedUpstreams } from './balancing/balanced-upstreams.ts';
import { createConnector } from './kept-connection.ts';
import { createTarget, type Target } from './target.ts';

/** The connections to all upstreams, shared by routes that lead to the same one. */
export interface Upstreams extends Pick<BalancedUpstreams, 'balancerOf' | 'reports'> {
  /** The upstream of a route that has one. */
  targetOf(route: Route): Target | undefined;
  /**
   * Serves these routes from now on; lets go of others' upstreams once their answers have ended.
   * @param haveOthersEnded whether no call of the routes before is left: one may go to its next upstream
   */
  use(routes: readonly Route[], haveOthersEnded?: () => boolean): void;
  close(): Promise<void>;
}

/** The largest head of an answer, in bytes. */
export const HEAD_BYTES_MAX = 64 * 1024;
const GRACE_MS = 1000;

/** @param changed called with each new state of an upstream among several */
export function createUpstreams(
  changed: (url: string, state: UpstreamState) => void = () => undefined,
): Upstreams {
  const pools = new Map<string, Pool>();
  /** So that a request finds its own without building the name. */
  const targets = new WeakMap<Route, Target>();
  const poolOf = (route: Route, url: URL) => {
    const name = nameOf(route, url);
    const pool = pools.get(name) ?? openPool(route, url);
    pools.set(name, pool);
    return pool;
  };
  const balanced = createBalancedUpstreams(poolOf, changed);
  return {
    balancerOf: balanced.balancerOf,
    reports: balanced.reports,
    targetOf(route) {
      const known = targets.get(route);
      if (known || !route.upstream) return known;
      const target = createTarget(route.upstream, poolOf(route, route.upstream));
      targets.set(route, target);
      return target;
    },
    use(routes, haveOthersEnded = () => true) {
      balanced.use(routes);
      const kept = new Set(
        routes.flatMap((route) => upstreamsOf(route).map((url) => nameOf(route, url))),
      );
      const unused = [...pools].filter(([name]) => !kept.has(name));
      if (unused.length === 0) return;
      for (const [name] of unused) pools.delete(name);
      // What was decided before may still be on its way here.
      const timer = setInterval(() => {
        if (!haveOthersEnded()) return;
        clearInterval(timer);
        for (const [, pool] of unused) void pool.close();
      }, GRACE_MS).unref();
    },
    async close() {
      balanced.close();
      await Promise.all([...pools.values()].map((pool) => pool.destroy()));
    },
  };
}

/** Without the brackets of an IPv6 address. */
export function bareHostname({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '');
}

function openPool({ timeouts }: Route, { origin }: URL): Pool {
  return new Pool(origin, {
    connections: null,
    pipelining: 1,
    allowH2: false,
    connect: createConnector(timeouts.connectMs),
    maxHeaderSize: HEAD_BYTES_MAX,
  });
}

/** undici closes a connection over which a request with another name for TLS is to go. */
function nameOf({ timeouts, preserveHost }: Route, { origin }: URL): string {
  return `${origin} ${timeouts.connectMs} ${preserveHost}`;
}
