import type {
  RouteInput,
  Routes,
  SecuritySettings,
  StoredSecuritySettings,
} from '@tollkeeper/contract';
import type { organization } from '../../db/schema/index.ts';
import { etagOf } from '../../write/etag.ts';
import { parseAllowedIps } from '../api-keys/index.ts';

export type SecurityChange = RouteInput<Routes['updateSecurity']>['body'];

export function securitySettings(row: typeof organization.$inferSelect): SecuritySettings {
  return {
    keyLifetimeDaysMax: row.keyLifetimeDaysMax,
    keyUnusedDaysMax: row.keyUnusedDaysMax,
    allowedIps: row.allowedIps,
    twoFactorRequired: row.twoFactorRequired,
    sessionHoursMax: row.sessionHoursMax,
  };
}

export function withEtag(settings: SecuritySettings): StoredSecuritySettings {
  return { ...settings, etag: etagOf({ ...settings }) };
}

/** The settings with the change in them. @throws DomainError validation_failed for no range */
export function changedSettings(
  before: SecuritySettings,
  { allowedIps, etag: _, ...rest }: SecurityChange,
): SecuritySettings {
  const given = Object.entries(rest).filter(([, value]) => value !== undefined);
  return {
    ...before,
    ...Object.fromEntries(given),
    ...(allowedIps ? { allowedIps: parseAllowedIps(allowedIps) } : {}),
  };
}
