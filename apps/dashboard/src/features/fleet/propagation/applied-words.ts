import type { KeysPropagation } from '@tollkeeper/contract';
import { counted, formatDuration } from '../../../lib/format.ts';

/** How far the last change of a key or a policy has come, or the last changes of several. */
export type Propagation = Omit<KeysPropagation, 'keysCount'>;
export type GatewayProgress = Propagation['gateways'][number];

const FRESH_MS = 5_000;
const WATCHED_MS = 60_000;

/**
 * When to ask next how far a change has come: often while it is on its way, each second for the
 * first minute, then as often as for everything else that a page shows.
 * @param now milliseconds since 1970, by the server's clock
 */
export function pollMs(propagation: Propagation | undefined, now: number): number | false {
  if (!propagation) return false;
  if (propagation.changedAt === null) return 15_000;
  const ageMs = now - Date.parse(propagation.changedAt);
  const isOnItsWay = propagation.appliedCount < propagation.gatewaysCount;
  if (isOnItsWay && ageMs < FRESH_MS) return 250;
  if (ageMs < WATCHED_MS) return 1_000;
  return isOnItsWay ? 5_000 : 15_000;
}

const NAMED_MAX = 3;

/** "Applied on 3 of 3 gateways in 84 ms". */
export function appliedWords({
  appliedCount,
  gatewaysCount,
  slowestMs,
}: Pick<Propagation, 'appliedCount' | 'gatewaysCount' | 'slowestMs'>): string {
  const isEverywhere = appliedCount === gatewaysCount;
  const took = isEverywhere && slowestMs !== null ? ` in ${formatDuration(slowestMs)}` : '';
  return `Applied on ${appliedCount} of ${counted(gatewaysCount, 'gateway')}${took}`;
}

/** Progress in sentences that name the gateways that are behind: "… Behind: edge-1, edge-2 and 4 more." */
export function appliedSentences(propagation: Propagation): string {
  const names = propagation.gateways.filter(({ applied }) => !applied).map(({ name }) => name);
  const more = names.length > NAMED_MAX ? ` and ${names.length - NAMED_MAX} more` : '';
  const behind = names.length > 0 ? ` Behind: ${names.slice(0, NAMED_MAX).join(', ')}${more}.` : '';
  return `${appliedWords(propagation)}.${behind}`;
}

/** Gateways that are behind first, otherwise by name. */
export function behindFirst(gateways: readonly GatewayProgress[]): GatewayProgress[] {
  return gateways.toSorted(
    (a, b) =>
      Number(a.applied) - Number(b.applied) ||
      a.name.localeCompare(b.name, 'en', { numeric: true }),
  );
}
