import type { RouteInput, Routes } from '@tollkeeper/contract';
import { and, eq, ne } from 'drizzle-orm';
import { requireWholeOrganization } from '../../access/require-scope.ts';
import type { Ctx } from '../../context.ts';
import type { Transaction } from '../../db/connect.ts';
import { organization } from '../../db/schema/index.ts';
import { DomainError } from '../../domain-error.ts';
import { etagOf, requireUnedited } from '../../write/etag.ts';
import { unlessUnchanged, write } from '../../write/write.ts';
import { lockOrganization, organizationSettings, organizationView } from './get-organization.ts';

type Body = RouteInput<Routes['updateOrganization']>['body'];

/** @throws DomainError edit_conflict, invalid_state when the slug is taken */
export function updateOrganization(ctx: Ctx, { body }: { body: Body }) {
  requireWholeOrganization(ctx);
  const spec = { scope: 'organization.settings', action: 'organization.update' } as const;
  return write(ctx, spec, async (tx, confirmed) => {
    const row = await lockOrganization(tx, confirmed);
    if (body.slug !== undefined) await requireFreeSlug(tx, confirmed, body.slug);
    const before = organizationSettings(row);
    const after = {
      name: body.name ?? row.name,
      slug: body.slug ?? row.slug,
      defaultExpiryDays:
        body.defaultExpiryDays === undefined ? row.defaultExpiryDays : body.defaultExpiryDays,
    };
    requireUnedited(`organization "${row.name}"`, body.etag, etagOf(before), etagOf(after));
    await tx.update(organization).set(after).where(eq(organization.id, row.id));
    return unlessUnchanged({
      result: organizationView({ ...row, ...after }),
      target: { type: 'organization', id: row.id, name: after.name },
      before,
      after,
      changes: [],
    });
  });
}

async function requireFreeSlug(tx: Transaction, ctx: Ctx, slug: string): Promise<void> {
  const [taken] = await tx
    .select({ id: organization.id })
    .from(organization)
    .where(and(eq(organization.slug, slug), ne(organization.id, ctx.organizationId)));
  if (taken)
    throw new DomainError('invalid_state', `The slug "${slug}" is taken. Choose another one.`);
}
