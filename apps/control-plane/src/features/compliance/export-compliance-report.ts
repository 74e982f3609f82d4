import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { RouteInput, Routes } from '@tollkeeper/contract';
import { and, asc, eq, gt } from 'drizzle-orm';
import type { Ctx } from '../../context.ts';
import { complianceReportPart } from '../../db/schema/index.ts';
import { write } from '../../write/write.ts';
import { beginExport, type Chunk, endExport, streamExport } from '../audit-events/index.ts';
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
): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
  const begun = beginExport(ctx.services.db, ctx.organizationId);
  try {
    const spec = { scope: 'compliance.export', action: 'compliance_report.export' } as const;
    await write(ctx, spec, async (tx, confirmed) => {
      const row = await findReport(tx, confirmed, id);
      const sha256 = format === 'csv' ? row.csvDigest : row.jsonlDigest;
      const after = { kind: row.kind, asOf: row.asOf.toISOString(), format, sha256 };
      return { result: undefined, target: reportTarget(row), before: null, after, changes: [] };
    });
    const column = format === 'csv' ? 'csv' : 'jsonl';
    return streamExport(begun, partsOf(ctx, id, column), async () => endExport(begun));
  } catch (error) {
    endExport(begun);
    throw error;
  }
}

/** Each part is read by a statement of its own, so that no connection waits for a slow reader. */
async function* partsOf(
  { services: { db }, organizationId }: Ctx,
  reportId: string,
  column: 'jsonl' | 'csv',
): AsyncGenerator<Chunk> {
  const part = complianceReportPart;
  for (let before = -1; ; ) {
    const [next] = await db
      .select({ number: part.number, rowsCount: part.rowsCount, bytes: part[column] })
      .from(part)
      .where(
        and(
          eq(part.organizationId, organizationId),
          eq(part.reportId, reportId),
          gt(part.number, before),
        ),
      )
      .orderBy(asc(part.number))
      .limit(1);
    if (!next) return;
    before = next.number;
    yield { text: (await unzip(next.bytes)).toString(), events: next.rowsCount };
  }
}
