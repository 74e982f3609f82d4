import {
  COMPLIANCE_REPORT_KINDS,
  COMPLIANCE_REPORTS,
  type ComplianceReport,
  type ComplianceReportKind,
} from '@tollkeeper/contract';
import { and, eq, getTableColumns } from 'drizzle-orm';
import { holds, requireScope } from '../../access/require-scope.ts';
import { memberAddress } from '../../access/visibility.ts';
import type { Ctx } from '../../context.ts';
import type { Database, Transaction } from '../../db/connect.ts';
import { complianceReport, member, user } from '../../db/schema/index.ts';
import { notFound } from '../../domain-error.ts';
import type { AuditTarget, Facts } from '../../write/audit.ts';

/** Reports with the members who made them; narrowed by the caller. */
export function selectReports(db: Database | Transaction, ctx: Ctx) {
  return db
    .select({
      ...getTableColumns(complianceReport),
      creatorName: user.name,
      creatorEmail: memberAddress(ctx),
    })
    .from(complianceReport)
    .innerJoin(member, eq(member.id, complianceReport.memberId))
    .innerJoin(user, eq(user.id, member.userId))
    .$dynamic();
}

type ViewRow = Awaited<ReturnType<typeof selectReports>>[number];
type ReportRow = Omit<ViewRow, 'creatorName' | 'creatorEmail'>;

export function reportView(row: ViewRow): ComplianceReport {
  return {
    id: row.id,
    kind: row.kind,
    ...periodOf(row),
    columns: row.columns,
    rowsCount: row.rowsCount,
    digests: { jsonl: row.jsonlDigest, csv: row.csvDigest },
    createdBy: { memberId: row.memberId, name: row.creatorName, email: row.creatorEmail },
    createdAt: row.createdAt.toISOString(),
  };
}

type Period = Pick<ReportRow, 'asOf' | 'from' | 'to' | 'unusedDays'>;

/** What the rows of a report are about, beside its kind. */
export function periodOf({ asOf, from, to, unusedDays }: Period) {
  return {
    asOf: asOf.toISOString(),
    from: from?.toISOString() ?? null,
    to: to?.toISOString() ?? null,
    unusedDays,
  };
}

/** The kinds that show the caller nothing that another route would refuse. */
export function readableKinds({ scopes }: Ctx): ComplianceReportKind[] {
  return COMPLIANCE_REPORT_KINDS.filter((kind) =>
    COMPLIANCE_REPORTS[kind].scopes.every((scope) => holds(scopes, scope)),
  );
}

/** @throws DomainError insufficient_scope, naming a scope that shows the same elsewhere */
export function requireReadable(ctx: Ctx, kind: ComplianceReportKind): void {
  for (const scope of COMPLIANCE_REPORTS[kind].scopes) requireScope(ctx, scope);
}

/** @throws DomainError not_found, also for a key that is confined to a workspace; insufficient_scope */
export async function findReport(
  db: Database | Transaction,
  ctx: Ctx,
  id: string,
): Promise<ViewRow> {
  const [row] = await selectReports(db, ctx).where(isReport(ctx.organizationId, id));
  if (!row || ctx.workspaceId !== null) throw notFound('compliance report', id);
  requireReadable(ctx, row.kind);
  return row;
}

export function isReport(organizationId: string, id: string) {
  return and(eq(complianceReport.organizationId, organizationId), eq(complianceReport.id, id));
}

export function reportTarget({ id, kind }: Pick<ReportRow, 'id' | 'kind'>): AuditTarget {
  return { type: 'compliance_report', id, name: COMPLIANCE_REPORTS[kind].title };
}

/** What the audit log records of a report: by the digests, a file is recognized as what was made. */
export function reportFacts(row: ReportRow): Facts {
  const { kind, rowsCount, jsonlDigest, csvDigest } = row;
  return { kind, ...periodOf(row), rowsCount, digests: { jsonl: jsonlDigest, csv: csvDigest } };
}
