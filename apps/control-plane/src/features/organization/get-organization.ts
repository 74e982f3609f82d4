import { eq } from 'drizzle-orm';
import type { Ctx } from '../../context.ts';
import { organization } from '../../db/schema/index.ts';
import { notFound } from '../../domain-error.ts';
import { organizationView } from './organization-view.ts';

/** @throws DomainError not_found */
export async function getOrganization(ctx: Ctx) {
  const [row] = await ctx.services.db
    .select()
    .from(organization)
    .where(eq(organization.id, ctx.organizationId));
  if (!row) throw notFound('organization', ctx.organizationId);
  return organizationView(row);
}
