import type { Gateway } from '@tollkeeper/contract';
import { formatCount, formatDuration } from '../../../lib/format.ts';

export interface GatewayWarning {
  readonly tone: 'warn' | 'bad';
  readonly text: string;
}

/**
 * What a person should know of the gateway and do something about.
 * @param now milliseconds since 1970, by the server's clock
 */
export function gatewayWarnings(gateway: Gateway, now: number): GatewayWarning[] {
  const { identityConflict, instances, fault, state } = gateway;
  return [
    ...(identityConflict ? [{ tone: 'bad', text: conflictWords(instances) } as const] : []),
    ...(fault ? [{ tone: 'warn', text: `It reports: ${fault}` } as const] : []),
    ...(state === 'unreachable'
      ? [{ tone: 'warn', text: absenceWords(gateway, now) } as const]
      : []),
  ];
}

function conflictWords(instances: Gateway['instances']): string {
  const places = instances.map(({ hostname, address }) => `${hostname} (${address})`);
  const where = places.length > 1 ? `: ${places.join(' and ')}` : '';
  return `Its identity is used from ${Math.max(2, places.length)} places at once${where}. If nobody copied its state folder on purpose, remove this gateway and join it again.`;
}

function absenceWords({ staleMaxMs, lastSeenAt, appliedVersion }: Gateway, now: number): string {
  if (appliedVersion === null) return 'It has no snapshot, and denies every request.';
  const isOver = staleMaxMs !== null && lastSeenAt && Date.parse(lastSeenAt) + staleMaxMs < now;
  return isOver
    ? 'It has not reached the control plane for longer than it is allowed to, and denies every request.'
    : `While disconnected, it decides with version ${formatCount(appliedVersion)} and ${staleWords(staleMaxMs)}.`;
}

/**
 * For how long the gateway decides without word from the control plane.
 * @param staleMaxMs null is for ever
 */
export function staleWords(staleMaxMs: number | null): string {
  return staleMaxMs === null
    ? 'serves without limit while the control plane is away'
    : `serves up to ${formatDuration(staleMaxMs)} without the control plane`;
}
