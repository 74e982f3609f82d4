import { and, eq, isNull } from 'drizzle-orm';
import type { Ctx } from '../../context.ts';
import type { Transaction } from '../../db/connect.ts';
import { organization } from '../../db/schema/index.ts';
import { notFound } from '../../domain-error.ts';
import { etagOf } from '../../write/etag.ts';

/** @throws DomainError not_found */
export async function getOrganization(ctx: Ctx) {
  const [row] = await ctx.services.db
    .select()
    .from(organization)
    .where(eq(organization.id, ctx.organizationId));
  if (!row) throw notFound('organization', ctx.organizationId);
  return organizationView(row);
}

type OrganizationRow = typeof organization.$inferSelect;

export function organizationView(row: OrganizationRow) {
  return {
    id: row.id,
    name: row.name,
    slug: row.slug,
    plan: row.plan,
    defaultExpiryDays: row.defaultExpiryDays,
    createdAt: row.createdAt.toISOString(),
    etag: etagOf(organizationSettings(row)),
  };
}

/** What an edit of the organization can set. */
export function organizationSettings({ name, slug, defaultExpiryDays }: OrganizationRow) {
  return { name, slug, defaultExpiryDays };
}

/** Locked until the transaction ends. @throws DomainError not_found */
export async function lockOrganization(tx: Transaction, ctx: Ctx): Promise<OrganizationRow> {
  const [row] = await tx
    .select()
    .from(organization)
    .where(and(eq(organization.id, ctx.organizationId), isNull(organization.deletedAt)))
    .for('no key update');
  if (!row) throw notFound('organization', ctx.organizationId);
  return row;
}
