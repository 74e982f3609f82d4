import { UPSTREAM_STATES, type UpstreamState } from '@tollkeeper/contract';
import type { Pool } from 'undici';
import type { Route } from '../../request/routes.ts';
import { createTarget, type Target } from '../target.ts';
import { type Balancer, type Choosable, createBalancer } from './balancer.ts';
import { startHealthCheck } from './health-check.ts';
import { UpstreamHealth } from './upstream-health.ts';

/** An upstream of routes that have several. */
export interface BalancedUpstream extends Target, Choosable {
  readonly name: string;
  /** Ends its health checks. */
  stop(): void;
}

export interface UpstreamReport {
  /** Origin and path. */
  readonly url: string;
  readonly state: UpstreamState;
  /** Requests in progress. */
  readonly running: number;
}

export interface BalancedUpstreams {
  balancerOf(route: Route): Balancer<BalancedUpstream> | undefined;
  /** Begins to watch the upstreams of the routes, and ends that of others; what stays keeps its state. */
  use(routes: readonly Route[]): void;
  /** One for each address, with its worst state. */
  reports(): readonly UpstreamReport[];
  close(): void;
}

/** @param changed called with each new state of an upstream */
export function createBalancedUpstreams(
  poolOf: (route: Route, url: URL) => Pool,
  changed: (url: string, state: UpstreamState) => void,
): BalancedUpstreams {
  const balancers = new WeakMap<Route, Balancer<BalancedUpstream>>();
  let upstreams: ReadonlyMap<string, BalancedUpstream> = new Map();

  function open(route: Route, url: URL, balancing: Balancing): BalancedUpstream {
    const shown = addressOf(url);
    const health = new UpstreamHealth(balancing.ejection, (state) => changed(shown, state));
    const stop = balancing.healthCheck
      ? startHealthCheck(url, balancing.healthCheck, (isWell) => health.checked(isWell))
      : () => undefined;
    return { ...createTarget(url, poolOf(route, url)), name: shown, health, running: 0, stop };
  }

  function use(routes: readonly Route[]): void {
    const used = new Map<string, BalancedUpstream>();
    for (const route of routes) {
      const { balancing } = route;
      if (!balancing) continue;
      const members = balancing.upstreams.map(({ url: text, weight }) => {
        const url = new URL(text);
        const name = nameOf(route, url, balancing);
        const upstream = used.get(name) ?? upstreams.get(name) ?? open(route, url, balancing);
        used.set(name, upstream);
        return { upstream, weight };
      });
      balancers.set(route, createBalancer(members, balancing.method));
    }
    for (const [name, upstream] of upstreams) if (!used.has(name)) upstream.stop();
    upstreams = used;
  }

  return {
    balancerOf: (route) => balancers.get(route),
    use,
    reports() {
      const all = [...upstreams.values()];
      return mergeReports(
        all.map(({ name, health, running }) => ({ url: name, state: health.state(), running })),
      );
    },
    close: () => use([]),
  };
}

type Balancing = NonNullable<Route['balancing']>;

/** Those that are watched in the same way are one. */
function nameOf(
  { timeouts, preserveHost }: Route,
  url: URL,
  { ejection, healthCheck }: Balancing,
): string {
  return JSON.stringify([url.href, timeouts.connectMs, preserveHost, ejection, healthCheck]);
}

function addressOf({ origin, pathname }: URL): string {
  return origin + pathname.replace(/\/$/, '');
}

/** One for each address, with its worst state. */
export function mergeReports(reports: readonly UpstreamReport[]): UpstreamReport[] {
  return [...Map.groupBy(reports, ({ url }) => url)].map(([url, all]) => ({
    url,
    state: UPSTREAM_STATES.findLast((state) => all.some((each) => each.state === state)) ?? 'up',
    running: all.reduce((sum, { running }) => sum + running, 0),
  }));
}
