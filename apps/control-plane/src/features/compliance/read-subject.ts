import {
  type ComplianceReportKind,
  REPORT_PERIOD_DAYS,
  type RouteInput,
  type Routes,
  UNUSED_DAYS_DEFAULT,
} from '@tollkeeper/contract';
import { and, asc, eq, gte } from 'drizzle-orm';
import type { Ctx } from '../../context.ts';
import type { Transaction } from '../../db/connect.ts';
import { auditChain, auditEvent, organization } from '../../db/schema/index.ts';
import { DomainError, invalidField } from '../../domain-error.ts';

const DAY_MS = 86_400_000;

/** What a report is about: its kind, its moment and, where it has one, its period. */
export interface Subject {
  readonly kind: ComplianceReportKind;
  readonly asOf: Date;
  readonly from: Date | null;
  readonly to: Date | null;
  readonly unusedDays: number | null;
  /** Sequence of the last audit event of the snapshot. */
  readonly until: number;
}

type Body = RouteInput<Routes['createComplianceReport']>['body'];

/**
 * Reads where the audit log ends, which opens the snapshot, and takes that moment.
 * @throws DomainError validation_failed; invalid_state where the log no longer has the begin of the period
 */
export async function readSubject(tx: Transaction, ctx: Ctx, body: Body): Promise<Subject> {
  const { kind } = body;
  const isPeriodic = kind === 'privileged_role_changes';
  for (const field of ['from', 'to'] as const) {
    if (!isPeriodic && body[field] !== undefined) {
      throw invalidField(field, 'is only for the kind privileged_role_changes');
    }
  }
  if (kind !== 'unused_keys' && body.unusedDays !== undefined) {
    throw invalidField('unusedDays', 'is only for the kind unused_keys');
  }
  const [end] = await tx
    .select({ sequence: auditChain.sequence })
    .from(auditChain)
    .where(eq(auditChain.organizationId, ctx.organizationId));
  const asOf = ctx.services.clock();
  const unusedDays = kind === 'unused_keys' ? (body.unusedDays ?? UNUSED_DAYS_DEFAULT) : null;
  const subject = { kind, asOf, unusedDays, until: end?.sequence ?? 0 };
  if (!isPeriodic) return { ...subject, from: null, to: null };
  return { ...subject, ...(await readPeriod(tx, ctx, body, asOf)) };
}

async function readPeriod(tx: Transaction, ctx: Ctx, body: Body, asOf: Date) {
  const to = body.to === undefined ? asOf : timeOf('to', body.to);
  if (to > asOf) throw invalidField('to', 'must not be in the future');
  const kept = await readFirstKept(tx, ctx);
  const begin = new Date(to.getTime() - REPORT_PERIOD_DAYS * DAY_MS);
  const from =
    body.from === undefined ? (kept && kept > begin ? kept : begin) : timeOf('from', body.from);
  if (from >= to) throw invalidField('from', 'must be before the end of the period');
  if (kept && from < kept) {
    throw new DomainError(
      'invalid_state',
      `Cannot report on a period that begins at ${from.toISOString()}: the organization keeps no audit events from before ${kept.toISOString()}. Choose a later begin.`,
    );
  }
  return { from, to };
}

const TIME_MIN = Date.parse('1970-01-01T00:00:00Z');

/** @throws DomainError validation_failed */
function timeOf(field: string, text: string): Date {
  const time = new Date(text);
  if (!(time.getTime() >= TIME_MIN)) throw invalidField(field, 'must not be before 1970');
  return time;
}

/** When the first event happened that the organization keeps; undefined where it keeps all. */
async function readFirstKept(tx: Transaction, { organizationId }: Ctx): Promise<Date | undefined> {
  const [row] = await tx
    .select({ first: organization.auditFirstSequence })
    .from(organization)
    .where(eq(organization.id, organizationId));
  const first = row?.first ?? 1;
  if (first <= 1) return undefined;
  const [event] = await tx
    .select({ at: auditEvent.at })
    .from(auditEvent)
    .where(and(eq(auditEvent.organizationId, organizationId), gte(auditEvent.sequence, first)))
    .orderBy(asc(auditEvent.sequence))
    .limit(1);
  return event?.at;
}
