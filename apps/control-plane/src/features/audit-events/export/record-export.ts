import { eq } from 'drizzle-orm';
import type { Ctx } from '../../../context.ts';
import type { Transaction } from '../../../db/connect.ts';
import { organization, workspace } from '../../../db/schema/index.ts';
import { notFound } from '../../../domain-error.ts';
import type { AuditTarget, Facts } from '../../../write/audit.ts';
import { auditActor, commit, write } from '../../../write/write.ts';
import type { Ending } from './stream-export.ts';

/**
 * Records that an export begins, before any of it is sent.
 * @returns what records its end. The caller may have lost the right to it by then, and the end is recorded
 *   all the same.
 * @throws DomainError where the caller may not export any more
 */
export async function recordExport(
  ctx: Ctx,
  asked: Facts,
): Promise<(end: Ending) => Promise<void>> {
  const spec = { scope: 'audit.export', action: 'audit_log.export' } as const;
  const target = await write(ctx, spec, async (tx, confirmed) => {
    const found = await findTarget(tx, confirmed);
    return { result: found, target: found, before: null, after: asked, changes: [] };
  });
  const { services, organizationId, origin } = ctx;
  const source = {
    ...{ organizationId, actor: auditActor(ctx), origin },
    action: 'audit_log.export_ended' as const,
  };
  return (end) =>
    commit(services, source, async () => {
      return { result: undefined, target, before: null, after: { ...end }, changes: [] };
    });
}

/** What is exported: the log of the organization, or the part of it that is about a workspace. */
async function findTarget(
  tx: Transaction,
  { organizationId, workspaceId }: Ctx,
): Promise<AuditTarget> {
  const [row] =
    workspaceId === null
      ? await tx
          .select({ name: organization.name })
          .from(organization)
          .where(eq(organization.id, organizationId))
      : await tx
          .select({ name: workspace.name })
          .from(workspace)
          .where(eq(workspace.id, workspaceId));
  if (!row) throw notFound('organization', organizationId);
  return workspaceId === null
    ? { type: 'organization', id: organizationId, name: row.name }
    : { type: 'workspace', id: workspaceId, name: row.name, workspaceId };
}
