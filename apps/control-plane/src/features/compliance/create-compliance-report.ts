import {
  COMPLIANCE_REPORTS,
  COMPLIANCE_REPORTS_MAX,
  type ComplianceReport,
  createId,
  type RouteInput,
  type Routes,
} from '@tollkeeper/contract';
import { sql } from 'drizzle-orm';
import { requireWholeOrganization } from '../../access/require-scope.ts';
import type { Ctx } from '../../context.ts';
import type { Transaction } from '../../db/connect.ts';
import { complianceReport, complianceReportPart } from '../../db/schema/index.ts';
import { findEarlierAnswer, idempotent } from '../../write/idempotent.ts';
import { requireRoom } from '../../write/require-room.ts';
import { type Written, write } from '../../write/write.ts';
import { beginExport, endExport } from '../audit-events/index.ts';
import { buildParts, type Parts } from './build-parts.ts';
import { readSubject, type Subject } from './read-subject.ts';
import {
  findReport,
  periodOf,
  reportFacts,
  reportTarget,
  reportView,
  requireReadable,
} from './report-view.ts';
import { readRows } from './rows/index.ts';

type Body = RouteInput<Routes['createComplianceReport']>['body'];

/**
 * Makes a report of one snapshot of the database, and stores its bytes: it is never computed again. They are
 * stored apart from the snapshot, in a transaction that confirms that the caller still may.
 * @throws DomainError outside_workspace, insufficient_scope, validation_failed, rate_limited, invalid_state
 */
export async function createComplianceReport(
  ctx: Ctx,
  { body }: { body: Body },
): Promise<ComplianceReport> {
  requireWholeOrganization(ctx);
  requireReadable(ctx, body.kind);
  const request = { route: 'createComplianceReport', body };
  const earlier = await findEarlierAnswer<ComplianceReport>(ctx, request);
  if (earlier) return earlier;
  const begun = beginExport(ctx.services.db, ctx.organizationId);
  try {
    const { subject, parts } = await makeReport(ctx, body);
    const spec = { scope: 'compliance.export', action: 'compliance_report.create' } as const;
    return await write<ComplianceReport>(ctx, spec, (tx, confirmed) =>
      idempotent<ComplianceReport>(
        tx,
        confirmed,
        request,
        () => insertReport(tx, confirmed, subject, parts),
        (answer) => answer,
      ),
    );
  } finally {
    endExport(begun);
  }
}

/** All of it is read in one snapshot, whatever changes meanwhile. */
function makeReport(ctx: Ctx, body: Body): Promise<{ subject: Subject; parts: Parts }> {
  return ctx.services.db.transaction(
    async (tx) => {
      // Compressing, and reading the audit log on other connections, may take longer than between two statements of a change.
      await tx.execute(sql`select set_config('idle_in_transaction_session_timeout', '120s', true)`);
      const subject = await readSubject(tx, ctx, body);
      const { columns } = COMPLIANCE_REPORTS[subject.kind];
      const report = {
        ...{ organizationId: ctx.organizationId, kind: subject.kind, columns },
        ...periodOf(subject),
      };
      return { subject, parts: await buildParts({ report }, columns, readRows(tx, ctx, subject)) };
    },
    { isolationLevel: 'repeatable read', accessMode: 'read only' },
  );
}

async function insertReport(
  tx: Transaction,
  ctx: Ctx,
  { until: _until, ...subject }: Subject,
  { parts, ...made }: Parts,
): Promise<Written<ComplianceReport>> {
  const { organizationId, services } = ctx;
  await requireRoom(tx, organizationId, complianceReport, {
    what: 'a report',
    max: COMPLIANCE_REPORTS_MAX,
  });
  const id = createId('complianceReport', services.randomBytes);
  await tx.insert(complianceReport).values({
    ...{ organizationId, id, ...subject, ...made },
    columns: [...COMPLIANCE_REPORTS[subject.kind].columns],
    memberId: ctx.actor.memberId,
    createdAt: services.clock(),
  });
  for (const part of parts) {
    await tx.insert(complianceReportPart).values({ organizationId, reportId: id, ...part });
  }
  // Refuses a caller who lost a scope meanwhile: nothing of it is then stored.
  const row = await findReport(tx, ctx, id);
  return {
    result: reportView(row),
    target: reportTarget(row),
    before: null,
    after: reportFacts(row),
    changes: [],
  };
}
