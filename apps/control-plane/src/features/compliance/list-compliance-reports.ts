import { gunzipSync } from 'node:zlib';
import type { ComplianceReport, RouteInput, Routes } from '@tollkeeper/contract';
import { complianceReportRow } from '@tollkeeper/contract';
import { and, asc, eq, gt, inArray, lt, sql } from 'drizzle-orm';
import { requireWholeOrganization } from '../../access/require-scope.ts';
import type { Ctx } from '../../context.ts';
import { complianceReport, complianceReportPart } from '../../db/schema/index.ts';
import { invalidField } from '../../domain-error.ts';
import { decodeCursor, encodeCursor, newestFirst, newestPage } from '../../http/page.ts';
import { findReport, readableKinds, reportView, selectReports } from './report-view.ts';

type Query = NonNullable<RouteInput<Routes['listComplianceReports']>['query']>;

/** Those of kinds that the caller may read. @throws DomainError outside_workspace */
export async function listComplianceReports(ctx: Ctx, { query }: { query: Query }) {
  requireWholeOrganization(ctx);
  const { after, order, limit } = newestFirst(query, complianceReport);
  const rows = await selectReports(ctx.services.db, ctx)
    .where(
      and(
        eq(complianceReport.organizationId, ctx.organizationId),
        inArray(complianceReport.kind, readableKinds(ctx)),
        query.kind && eq(complianceReport.kind, query.kind),
        after,
      ),
    )
    .orderBy(...order)
    .limit(limit + 1);
  return newestPage(rows.map(reportView), limit);
}

interface Named {
  readonly params: { readonly id: string };
}

/** @throws DomainError not_found, insufficient_scope */
export async function getComplianceReport(ctx: Ctx, { params }: Named): Promise<ComplianceReport> {
  return reportView(await findReport(ctx.services.db, ctx, params.id));
}

interface RowsInput extends Named {
  readonly query: NonNullable<RouteInput<Routes['listComplianceReportRows']>['query']>;
}

/** @throws DomainError not_found, insufficient_scope, validation_failed */
export async function listComplianceReportRows(ctx: Ctx, { params: { id }, query }: RowsInput) {
  const { db } = ctx.services;
  const { rowsCount } = await findReport(db, ctx, id);
  const limit = Number(query.limit ?? 50);
  const first = query.cursor === undefined ? 0 : rowOf(query.cursor, id);
  const end = first + limit;
  const part = complianceReportPart;
  const parts = await db
    .select({ firstRow: part.firstRow, jsonl: part.jsonl })
    .from(part)
    .where(
      and(
        eq(part.organizationId, ctx.organizationId),
        eq(part.reportId, id),
        gt(sql`${part.firstRow} + ${part.rowsCount}`, first),
        lt(part.firstRow, end),
        gt(part.rowsCount, 0),
      ),
    )
    .orderBy(asc(part.number));
  const lines = parts.flatMap(({ jsonl }) => gunzipSync(jsonl).toString().trimEnd().split('\n'));
  const skipped = first - (parts[0]?.firstRow ?? first);
  const data = lines
    .slice(skipped, skipped + limit)
    .map((line) => complianceReportRow.parse(JSON.parse(line)));
  return {
    data,
    nextCursor: end < rowsCount ? encodeCursor(['row', 'asc', String(end), id]) : null,
  };
}

/** @throws DomainError validation_failed */
function rowOf(cursor: string, reportId: string): number {
  const [sort, direction, text, id] = decodeCursor(cursor);
  if (sort !== 'row' || direction !== 'asc' || id !== reportId || !/^\d{1,9}$/.test(text)) {
    throw invalidField('cursor', 'belongs to another list; begin again without it');
  }
  return Number(text);
}
