import type { LeakSettings, RouteInput, Routes } from '@tollkeeper/contract';
import { eq } from 'drizzle-orm';
import { requireWholeOrganization } from '../../access/require-scope.ts';
import type { Ctx } from '../../context.ts';
import type { Database, Transaction } from '../../db/connect.ts';
import { organization } from '../../db/schema/index.ts';
import { notFound } from '../../domain-error.ts';
import { etagOf, requireUnedited } from '../../write/etag.ts';
import { unlessUnchanged, write } from '../../write/write.ts';

export async function getLeakSettings(ctx: Ctx): Promise<LeakSettings> {
  const { responses } = await readSettings(ctx.services.db, ctx);
  return viewOf(responses);
}

/** @throws DomainError outside_workspace, edit_conflict */
export async function updateLeakSettings(
  ctx: Ctx,
  { body }: RouteInput<Routes['updateLeakSettings']>,
): Promise<LeakSettings> {
  requireWholeOrganization(ctx);
  return write(ctx, { scope: 'integrations.manage', action: 'leak.set_response' }, async (tx) => {
    const { name, responses: before } = await readSettings(tx, ctx);
    const after = { live: body.live ?? before.live, test: body.test ?? before.test };
    requireUnedited('response to leaks', body.etag, etagOf(before), etagOf(after));
    await tx
      .update(organization)
      .set({ leakResponse: after.live, testLeakResponse: after.test })
      .where(eq(organization.id, ctx.organizationId));
    return unlessUnchanged<LeakSettings>({
      result: viewOf(after),
      target: { type: 'organization', id: ctx.organizationId, name },
      before,
      after,
      changes: [],
    });
  });
}

async function readSettings(db: Database | Transaction, { organizationId }: Ctx) {
  const [row] = await db
    .select({
      name: organization.name,
      live: organization.leakResponse,
      test: organization.testLeakResponse,
    })
    .from(organization)
    .where(eq(organization.id, organizationId));
  if (!row) throw notFound('organization', organizationId);
  const { name, ...responses } = row;
  return { name, responses };
}

function viewOf(responses: Omit<LeakSettings, 'etag'>): LeakSettings {
  return { ...responses, etag: etagOf(responses) };
}
