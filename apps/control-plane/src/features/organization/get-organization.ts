import { eq } from 'drizzle-orm';
import { organization } from '../../db/schema/index.ts';
import type { Ctx } from '../../kernel/context.ts';
import { notFound } from '../../kernel/domain-error.ts';

/** @throws DomainError not_found */
export async function getOrganization(ctx: Ctx) {
  const [row] = await ctx.services.db
    .select()
    .from(organization)
    .where(eq(organization.id, ctx.organizationId));
  if (!row) throw notFound('organization', ctx.organizationId);
  return {
    id: row.id,
    name: row.name,
    slug: row.slug,
    plan: row.plan,
    createdAt: row.createdAt.toISOString(),
  };
}
