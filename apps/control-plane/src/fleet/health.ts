import type { GatewayHealth } from '@tollkeeper/protocol';
import type { Session } from './gateway-session.ts';

const UNKNOWN = { callsPerMinute: 0, cpuPercent: 0, memoryBytes: 0, spooledCalls: 0, fault: null };

/** How the gateway says that it is; what it would not apply is a fault until it applies something. */
export function healthOf({
  health,
  rejection,
}: Pick<Session, 'health' | 'rejection'>): GatewayHealth | null {
  if (rejection === null) return health;
  return { ...(health ?? UNKNOWN), fault: health?.fault ?? rejection };
}
