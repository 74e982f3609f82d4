import type { KeysPropagation } from '@tollkeeper/contract';
import { counted } from '../../../lib/format-count.ts';
import { formatDuration } from '../../../lib/format-duration.ts';

const NAMED_MAX = 3;

/** How far the last change of a key has come, or the last changes of several. */
export type Propagation = Omit<KeysPropagation, 'keysCount'>;
export type GatewayProgress = Propagation['gateways'][number];

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

/** The same as sentences, naming those that are behind: "… Behind: edge-1, edge-2 and 4 more." */
export function appliedSentences(propagation: Propagation): string {
  const names = propagation.gateways.filter(({ applied }) => !applied).map(({ name }) => name);
  const more = names.length > NAMED_MAX ? ` and ${names.length - NAMED_MAX} more` : '';
  const behind = names.length > 0 ? ` Behind: ${names.slice(0, NAMED_MAX).join(', ')}${more}.` : '';
  return `${appliedWords(propagation)}.${behind}`;
}

/** Those behind first, otherwise by name. */
export function behindFirst(gateways: readonly GatewayProgress[]): GatewayProgress[] {
  return gateways.toSorted(
    (a, b) =>
      Number(a.applied) - Number(b.applied) ||
      a.name.localeCompare(b.name, 'en', { numeric: true }),
  );
}
