import type { BalancingConfig } from '../../config/config.ts';
import type { UpstreamHealth } from './upstream-health.ts';

/** One upstream among several; routes that name the same one share it. */
export interface Choosable {
  readonly health: UpstreamHealth;
  /** Requests in progress. */
  running: number;
}

export interface Balancer<Upstream extends Choosable> {
  /**
   * The upstream for a request; undefined if there is none but those that were tried or are down.
   * @param nowMs by performance.now()
   */
  choose(nowMs: number, tried: readonly Upstream[]): Upstream | undefined;
}

interface Member<Upstream> {
  readonly upstream: Upstream;
  readonly weight: number;
  /** How much it is owed, in the smooth weighted round robin. */
  credit: number;
}

export function createBalancer<Upstream extends Choosable>(
  weighted: readonly { readonly upstream: Upstream; readonly weight: number }[],
  method: BalancingConfig['method'],
): Balancer<Upstream> {
  const members = weighted.map((each): Member<Upstream> => ({ ...each, credit: 0 }));
  return {
    choose(nowMs, tried) {
      const untried = members.filter(({ upstream }) => !tried.includes(upstream));
      const available = untried.filter(({ upstream }) => upstream.health.isAvailable(nowMs));
      if (available.length === 0) return lastResort(untried);
      return takeTurns(method === 'round_robin' ? available : leastBusy(available));
    },
  };
}

/**
 * Ejection is a guess from few requests, which a client may have caused: where nothing else is left,
 * the upstream whose ejection ends first is better than none. A failed health check is no guess.
 */
function lastResort<Upstream extends Choosable>(
  untried: readonly Member<Upstream>[],
): Upstream | undefined {
  const [first] = untried
    .map(({ upstream }) => upstream)
    .filter(({ health }) => health.state() === 'ejected')
    .toSorted((one, other) => one.health.ejectedUntil() - other.health.ejectedUntil());
  return first;
}

/** Those with the fewest requests in progress for their weight. */
function leastBusy<Upstream extends Choosable>(
  members: readonly Member<Upstream>[],
): readonly Member<Upstream>[] {
  const load = ({ upstream, weight }: Member<Upstream>) => upstream.running / weight;
  const least = Math.min(...members.map(load));
  return members.filter((each) => load(each) === least);
}

/** Smooth weighted round robin: each gains its weight, and the one with the most pays for all. */
function takeTurns<Upstream>(members: readonly Member<Upstream>[]): Upstream | undefined {
  let total = 0;
  let best: Member<Upstream> | undefined;
  for (const each of members) {
    total += each.weight;
    each.credit += each.weight;
    if (!best || each.credit > best.credit) best = each;
  }
  if (best) best.credit -= total;
  return best?.upstream;
}
