import type { Ctx } from '../../context.ts';
import { complianceReport } from '../../db/schema/index.ts';
import { forgetAnswer } from '../../write/idempotent.ts';
import { write } from '../../write/write.ts';
import { findReport, isReport, reportFacts, reportTarget } from './report-view.ts';

/** The audit log keeps what it was about, and its digests. @throws DomainError not_found, insufficient_scope */
export function deleteComplianceReport(
  ctx: Ctx,
  { params: { id } }: { params: { readonly id: string } },
): Promise<undefined> {
  const spec = { scope: 'compliance.export', action: 'compliance_report.delete' } as const;
  return write(ctx, spec, async (tx, confirmed) => {
    const row = await findReport(tx, confirmed, id);
    await tx.delete(complianceReport).where(isReport(row.organizationId, id));
    await forgetAnswer(tx, row.organizationId, id);
    return {
      result: undefined,
      target: reportTarget(row),
      before: reportFacts(row),
      after: null,
      changes: [],
    };
  });
}
