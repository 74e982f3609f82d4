import type { SessionView } from '@tollkeeper/contract';
import type { Session } from '../../context.ts';

export function sessionView({ factors, authenticatedAt, expiresAt }: Session): SessionView {
  return {
    factors: [...factors],
    authenticatedAt: authenticatedAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
  };
}
