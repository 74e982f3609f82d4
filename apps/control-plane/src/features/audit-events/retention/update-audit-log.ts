import type { RouteInput, RouteOutput, Routes } from '@tollkeeper/contract';
import { eq } from 'drizzle-orm';
import { requireWholeOrganization } from '../../../access/require-scope.ts';
import type { Ctx } from '../../../context.ts';
import { organization } from '../../../db/schema/index.ts';
import { unlessUnchanged, write } from '../../../write/write.ts';
import { lockOrganization } from '../../organization/index.ts';

type Body = RouteInput<Routes['updateAuditLog']>['body'];

/**
 * Sets how long events are kept. Nothing is deleted yet: the daily job does that, so that a mistake can
 * be taken back until then.
 */
export function updateAuditLog(
  ctx: Ctx,
  { body: { retentionDays } }: { body: Body },
): Promise<RouteOutput<Routes['updateAuditLog']>> {
  requireWholeOrganization(ctx);
  const spec = { scope: 'organization.settings', action: 'audit_log.update' } as const;
  return write(ctx, spec, async (tx, confirmed) => {
    const row = await lockOrganization(tx, confirmed);
    const set = { auditRetentionDays: retentionDays };
    await tx.update(organization).set(set).where(eq(organization.id, row.id));
    return unlessUnchanged({
      result: { retentionDays, firstSequence: row.auditFirstSequence },
      target: { type: 'organization', id: row.id, name: row.name },
      before: { retentionDays: row.auditRetentionDays },
      after: { retentionDays },
      changes: [],
    });
  });
}
