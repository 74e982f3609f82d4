import type { SecuritySettings } from '@tollkeeper/contract';

const HOUR_MS = 3_600_000;

/** When the organization stops taking a session that began then. */
export function sessionEnd(
  signedInAt: Date,
  { sessionHoursMax }: Pick<SecuritySettings, 'sessionHoursMax'>,
): Date {
  return new Date(signedInAt.getTime() + sessionHoursMax * HOUR_MS);
}
