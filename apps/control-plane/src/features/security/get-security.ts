import type {
  RouteInput,
  Routes,
  SecuritySettings,
  StoredSecuritySettings,
} from '@tollkeeper/contract';
import { eq } from 'drizzle-orm';
import { requireWholeOrganization } from '../../access/require-scope.ts';
import type { Ctx } from '../../context.ts';
import { organization } from '../../db/schema/index.ts';
import { notFound } from '../../domain-error.ts';
import { etagOf } from '../../write/etag.ts';
import { parseAllowedIps } from '../api-keys/index.ts';

/** @throws DomainError outside_workspace */
export async function getSecurity(ctx: Ctx): Promise<StoredSecuritySettings> {
  requireWholeOrganization(ctx);
  const [row] = await ctx.services.db
    .select()
    .from(organization)
    .where(eq(organization.id, ctx.organizationId));
  if (!row) throw notFound('organization', ctx.organizationId);
  return withEtag(securitySettings(row));
}

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
