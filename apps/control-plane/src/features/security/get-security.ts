import type { StoredSecuritySettings } from '@tollkeeper/contract';
import { eq } from 'drizzle-orm';
import { requireWholeOrganization } from '../../access/require-whole-organization.ts';
import type { Ctx } from '../../context.ts';
import { organization } from '../../db/schema/index.ts';
import { notFound } from '../../domain-error.ts';
import { securitySettings, withEtag } from './security-settings.ts';

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
