import { randomUUID } from 'node:crypto';
import { and, asc, eq, gt, gte, isNotNull, isNull, lt, min, or, sql } from 'drizzle-orm';
import type { Database, Transaction } from '../db/connect.ts';
import {
  AUDIT_SEGMENT_EVENTS,
  auditEvent,
  auditSegment,
  auditTerm,
  organization,
  runningCascade,
  transparencyLog,
} from '../db/schema/index.ts';
import { runForEach } from '../run-for-each.ts';
import { integrateAuditLog, type LogServices } from '../transparency-log/index.ts';
import { commit } from '../write/write.ts';

const JOB = 'prune-audit-events';
const DAY_MS = 86_400_000;
/** Few enough that a transaction ends soon: nobody waits for the rows, but for its locks and its log. */
const DELETED_AT_ONCE = 5000;
const SEGMENTS_AT_ONCE = 256;

/**
 * Deletes the audit events that are older than their organization keeps them, the oldest first and without
 * gaps. An event says from where on the log goes, and a checkpoint covers it, before any of it is deleted: until then,
 * no reader of the log can tell who deleted them. A run that was interrupted is finished by the next.
 */
export async function pruneAuditEvents(
  services: LogServices,
  integrate = integrateAuditLog,
): Promise<{ pruned: number }> {
  let pruned = 0;
  const contextOf = ({ id }: { readonly id: string }) => ({ organizationId: id });
  await runForEach(services.log, await findPruned(services.db), contextOf, async ({ id }) => {
    if (await announceFirst(services, id)) {
      await integrate(services, id);
      await moveFirst(services.db, id);
    }
    pruned += await deleteBefore(services.db, id);
    await deleteSegments(services.db, id);
  });
  return { pruned };
}

/** Also those with events that an earlier run has left, though they are kept for ever since. */
function findPruned(db: Database) {
  return db
    .select({ id: organization.id })
    .from(organization)
    .where(
      and(
        isNull(organization.deletedAt),
        or(isNotNull(organization.auditRetentionDays), gt(organization.auditFirstSequence, 1)),
      ),
    )
    .orderBy(asc(organization.id));
}

/** Says in the log from where on events are kept, where that is further than before. Answers whether it is. */
function announceFirst(services: LogServices, organizationId: string): Promise<boolean> {
  const source = {
    organizationId,
    actor: { type: 'system', job: JOB } as const,
    action: 'audit_log.prune' as const,
    origin: { requestId: `req_${randomUUID()}`, ip: null, userAgent: null },
  };
  return commit<boolean>(services, source, async (tx) => {
    const [row] = await tx
      .select()
      .from(organization)
      .where(eq(organization.id, organizationId))
      .for('no key update');
    const { name, auditFirstSequence: before, auditRetentionDays: retentionDays } = row ?? {};
    if (name === undefined || before === undefined || typeof retentionDays !== 'number') {
      return { replayed: false };
    }
    const keptSince = new Date(services.clock().getTime() - retentionDays * DAY_MS);
    const first = await findFirstKept(tx, organizationId, before, keptSince);
    if (first <= before) return { replayed: false };
    return {
      result: true,
      target: { type: 'organization', id: organizationId, name },
      before: { firstSequence: before },
      after: { firstSequence: first, retentionDays },
      changes: [],
    };
  });
}

/**
 * Lets events be deleted up to where the newest announcement says, if a checkpoint covers it. Where none does, as while
 * another process integrates, the next run announces it again.
 */
async function moveFirst(db: Database, organizationId: string): Promise<void> {
  await db.execute(sql`
    update organization set audit_first_sequence = said.first, audit_prune_sequence = said.sequence
    from transparency_log as log, (
      select sequence, (after ->> 'firstSequence')::bigint as first from audit_event
      where organization_id = ${organizationId} and action = 'audit_log.prune'
      order by sequence desc limit 1
    ) as said
    where id = ${organizationId} and log.organization_id = id and said.sequence <= log.size
      and said.first > audit_first_sequence`);
}

/**
 * The first event that stays. What is not in the signed tree yet stays, or nothing would prove it; and
 * everything while a cascade runs, which names what its keys changed by what the log says, and where the
 * log was found to be tampered with.
 */
async function findFirstKept(
  tx: Transaction,
  organizationId: string,
  before: number,
  keptSince: Date,
): Promise<number> {
  const isOf = eq(auditEvent.organizationId, organizationId);
  const [cascade] = await tx
    .select({ id: runningCascade.id })
    .from(runningCascade)
    .where(eq(runningCascade.organizationId, organizationId))
    .limit(1);
  const [log] = await tx
    .select({ size: transparencyLog.size })
    .from(transparencyLog)
    .where(
      and(
        eq(transparencyLog.organizationId, organizationId),
        isNotNull(transparencyLog.checkpoint),
        isNull(transparencyLog.problem),
        eq(transparencyLog.damaged, []),
      ),
    );
  if (cascade || !log) return before;
  // The oldest that is kept, and not the newest that is not: clocks may have gone back.
  const [kept] = await tx
    .select({ sequence: auditEvent.sequence })
    .from(auditEvent)
    .where(and(isOf, gte(auditEvent.sequence, before), gte(auditEvent.at, keptSince)))
    .orderBy(asc(auditEvent.sequence))
    .limit(1);
  return Math.min(kept?.sequence ?? Number.POSITIVE_INFINITY, log.size + 1);
}

async function deleteBefore(db: Database, organizationId: string): Promise<number> {
  const isOf = eq(auditEvent.organizationId, organizationId);
  let deleted = 0;
  for (;;) {
    const [row] = await db
      .select({ first: organization.auditFirstSequence })
      .from(organization)
      .where(eq(organization.id, organizationId));
    const [oldest] = await db
      .select({ sequence: auditEvent.sequence })
      .from(auditEvent)
      .where(isOf)
      .orderBy(asc(auditEvent.sequence))
      .limit(1);
    if (!row || !oldest || oldest.sequence >= row.first) return deleted;
    const end = Math.min(row.first, oldest.sequence + DELETED_AT_ONCE);
    const { rowCount } = await db.delete(auditEvent).where(and(isOf, lt(auditEvent.sequence, end)));
    deleted += rowCount ?? 0;
  }
}

/** What the filters know of segments whose events are all deleted: names and addresses are among it. */
async function deleteSegments(db: Database, organizationId: string): Promise<void> {
  const isOf = eq(auditSegment.organizationId, organizationId);
  for (;;) {
    const [oldest] = await db
      .select({ number: min(auditSegment.number), first: organization.auditFirstSequence })
      .from(auditSegment)
      .innerJoin(organization, eq(organization.id, auditSegment.organizationId))
      .where(isOf)
      .groupBy(organization.id);
    if (typeof oldest?.number !== 'number') return;
    const end = Math.floor((oldest.first - 1) / AUDIT_SEGMENT_EVENTS);
    if (oldest.number >= end) return;
    const next = Math.min(end, oldest.number + SEGMENTS_AT_ONCE);
    await db
      .delete(auditTerm)
      .where(and(eq(auditTerm.organizationId, organizationId), lt(auditTerm.segment, next)));
    await db.delete(auditSegment).where(and(isOf, lt(auditSegment.number, next)));
  }
}
