import { Pool } from 'undici';
import type { Route } from '../request/routes.ts';
import { createConnector } from './kept-connection.ts';

/** The connections to all upstreams, shared by routes that lead to the same one. */
export interface Upstreams {
  poolOf(route: Route): Pool;
  /** Lets go of the upstreams that none of the routes leads to, once their answers have ended. */
  keepOnly(routes: readonly Route[]): void;
  close(): Promise<void>;
}

/** The largest head of an answer, in bytes. */
export const HEAD_BYTES_MAX = 64 * 1024;
const GRACE_MS = 1000;

export function createUpstreams(): Upstreams {
  const pools = new Map<string, Pool>();
  /** The same, so that a request finds its own without building the name. */
  const byRoute = new WeakMap<Route, Pool>();
  return {
    poolOf(route) {
      const known = byRoute.get(route);
      if (known) return known;
      const name = nameOf(route);
      const pool = pools.get(name) ?? openPool(route);
      pools.set(name, pool);
      byRoute.set(route, pool);
      return pool;
    },
    keepOnly(routes) {
      const kept = new Set(routes.filter(({ upstream }) => upstream).map(nameOf));
      for (const [name, pool] of pools) {
        if (kept.has(name)) continue;
        pools.delete(name);
        // What was decided before may still be on its way here.
        setTimeout(() => void pool.close(), GRACE_MS).unref();
      }
    },
    async close() {
      await Promise.all([...pools.values()].map((pool) => pool.destroy()));
    },
  };
}

/** Without the brackets of an IPv6 address. */
export function bareHostname({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '');
}

/** What goes before the paths of requests. */
export function basePath({ pathname }: URL): string {
  return pathname.endsWith('/') ? pathname.slice(0, -1) : pathname;
}

function openPool({ upstream, timeouts }: Route): Pool {
  return new Pool(upstream?.origin ?? '', {
    connections: null,
    pipelining: 1,
    allowH2: false,
    connect: createConnector(timeouts.connectMs),
    maxHeaderSize: HEAD_BYTES_MAX,
  });
}

/** undici closes a connection over which a request with another name for TLS is to go. */
function nameOf({ upstream, timeouts, preserveHost }: Route): string {
  return `${upstream?.origin} ${timeouts.connectMs} ${preserveHost}`;
}
