import type { SecuritySettings } from '@tollkeeper/contract';
import type { Session } from '../../context.ts';

const HOUR_MS = 3_600_000;

/** When the organization stops taking a session that began then. */
export function sessionEnd(
  signedInAt: Date,
  { sessionHoursMax }: Pick<SecuritySettings, 'sessionHoursMax'>,
): Date {
  return new Date(signedInAt.getTime() + sessionHoursMax * HOUR_MS);
}

/** When the organization stops taking the session, or the session ends by itself. */
export function earliestEnd(
  { signedInAt, expiresAt }: Session,
  rule: Pick<SecuritySettings, 'sessionHoursMax'>,
): Date {
  const end = sessionEnd(signedInAt, rule);
  return end < expiresAt ? end : expiresAt;
}
