import type { RouteInput, RouteOutput, Routes } from '@tollkeeper/contract';
import { eq } from 'drizzle-orm';
import { requireWholeOrganization } from '../../../access/require-scope.ts';
import type { Ctx } from '../../../context.ts';
import { organization } from '../../../db/schema/index.ts';
import { unlessUnchanged, write } from '../../../write/write.ts';
import { requireRecentSignIn } from '../../identity/index.ts';
import { lockOrganization } from '../../organization/index.ts';

type Body = RouteInput<Routes['updateAuditLog']>['body'];

/**
 * Sets how long events are kept. Nothing is deleted yet: the daily job does that, so that a mistake can
 * be taken back until then. Keeping them for less time asks for a recent sign-in: anyone who took over a session
 * could delete what it did.
 * @throws DomainError outside_workspace, recent_sign_in_required
 */
export function updateAuditLog(
  ctx: Ctx,
  { body: { retentionDays } }: { body: Body },
): Promise<RouteOutput<Routes['updateAuditLog']>> {
  requireWholeOrganization(ctx);
  const spec = { scope: 'organization.settings', action: 'audit_log.update' } as const;
  return write(ctx, spec, async (tx, confirmed) => {
    const row = await lockOrganization(tx, confirmed);
    if (isShorter(retentionDays, row.auditRetentionDays)) await requireRecentSignIn(confirmed, tx);
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

function isShorter(days: number | null, before: number | null): boolean {
  return days !== null && (before === null || days < before);
}
