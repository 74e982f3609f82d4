import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { RouteInput, Routes } from '@tollkeeper/contract';
import { and, asc, eq, gt } from 'drizzle-orm';
import type { Ctx } from '../../context.ts';
import { complianceReportPart } from '../../db/schema/index.ts';
import { write } from '../../write/write.ts';
import {
  beginExport,
  type Chunk,
  emptyExport,
  endExport,
  streamExport,
} from '../audit-events/index.ts';
import { findReport, reportTarget } from './report-view.ts';

const unzip = promisify(gunzip);

interface Input {
  readonly params: { readonly id: string };
  readonly query: NonNullable<RouteInput<Routes['exportComplianceReport']>['query']>;
}

/**
 * Streams the bytes that were stored when the report was made, and records who receives them before any is sent.
 * @throws DomainError not_found, insufficient_scope, rate_limited
 */
export async function exportComplianceReport(
  ctx: Ctx,
  { params: { id }, query: { format = 'jsonl' } }: Input,
  { isHead }: { readonly isHead: boolean },
): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
  const begun = beginExport(ctx.services.db, ctx.organizationId);
  try {
    if (isHead) {
      await findReport(ctx.services.db, ctx, id);
      endExport(begun);
      return emptyExport();
    }
    const spec = { scope: 'compliance.export', action: 'compliance_report.export' } as const;
    const rowsCount = await write<number>(ctx, spec, async (tx, confirmed) => {
      const row = await findReport(tx, confirmed, id);
      const sha256 = format === 'csv' ? row.csvDigest : row.jsonlDigest;
      const after = { kind: row.kind, asOf: row.asOf.toISOString(), format, sha256 };
      return { result: row.rowsCount, target: reportTarget(row), before: null, after, changes: [] };
    });
    const column = format === 'csv' ? 'csv' : 'jsonl';
    const parts = partsOf(ctx, { id, rowsCount }, column);
    return streamExport(begun, parts, async () => endExport(begun));
  } catch (error) {
    endExport(begun);
    throw error;
  }
}

/**
 * Each part is read by a statement of its own, so that no connection waits for a slow reader.
 * @throws Error where the report is deleted meanwhile: nobody is to take a part of it for the whole
 */
async function* partsOf(
  { services: { db }, organizationId }: Ctx,
  report: { readonly id: string; readonly rowsCount: number },
  column: 'jsonl' | 'csv',
): AsyncGenerator<Chunk> {
  const part = complianceReportPart;
  let rowsLeft = report.rowsCount;
  for (let before = -1; before < 0 || rowsLeft > 0; ) {
    const [next] = await db
      .select({ number: part.number, rowsCount: part.rowsCount, bytes: part[column] })
      .from(part)
      .where(
        and(
          eq(part.organizationId, organizationId),
          eq(part.reportId, report.id),
          gt(part.number, before),
        ),
      )
      .orderBy(asc(part.number))
      .limit(1);
    if (!next) throw new Error('The report was deleted while it was exported');
    before = next.number;
    rowsLeft -= next.rowsCount;
    yield { text: (await unzip(next.bytes)).toString(), events: next.rowsCount };
  }
}
