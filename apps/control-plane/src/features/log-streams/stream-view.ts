import type { LogStream, LogStreamHealth } from '@tollkeeper/contract';
import { and, eq, getTableColumns, sql } from 'drizzle-orm';
import {
  creatingKey,
  creatingKeyName,
  creatingKeyView,
  isCreatingKey,
} from '../../access/creator.ts';
import { memberAddress } from '../../access/visibility.ts';
import type { Ctx } from '../../context.ts';
import type { Database, Transaction } from '../../db/connect.ts';
import { auditChain, auditEvent, logStream, member, user } from '../../db/schema/index.ts';
import { notFound } from '../../domain-error.ts';
import type { AuditTarget } from '../../write/audit.ts';
import { etagOf } from '../../write/etag.ts';
import { DESTINATIONS, type StreamRow } from './destinations/index.ts';

/** From when on the oldest event that waits makes a stream delayed. */
const DELAYED_S = 5 * 60;
/** Of a destination that is sent an hour once it is over. */
const HOURLY_DELAYED_S = 75 * 60;

/** Streams with their creators and what waits for them; narrowed by the caller. */
export function selectStreams(db: Database | Transaction, ctx: Ctx) {
  const oldest = sql`(select (extract(epoch from waiting.at) * 1000)::bigint from ${auditEvent} as waiting
    where waiting.organization_id = ${logStream.organizationId} and waiting.sequence > ${logStream.sequence}
    order by waiting.sequence limit 1)`;
  return db
    .select({
      ...getTableColumns(logStream),
      logEnd: auditChain.sequence,
      oldestAtMs: sql<string | null>`${oldest}`,
      creatorName: user.name,
      creatorEmail: memberAddress(ctx),
      keyName: creatingKeyName(ctx),
    })
    .from(logStream)
    .innerJoin(member, eq(member.id, logStream.memberId))
    .innerJoin(user, eq(user.id, member.userId))
    .leftJoin(creatingKey, isCreatingKey(logStream))
    .leftJoin(auditChain, eq(auditChain.organizationId, logStream.organizationId))
    .$dynamic();
}

type ViewRow = Awaited<ReturnType<typeof selectStreams>>[number];

export function streamView(row: ViewRow, now: Date): LogStream {
  const { destination, format, url, site, index, tags, bucket, region, prefix, accessKeyId } = row;
  const { header, status, lastProblem, sequence, prunedCount, rejectedCount } = row;
  const lagMs = row.oldestAtMs === null ? 0 : now.getTime() - Number(row.oldestAtMs);
  const lagSeconds = Math.max(0, Math.round(lagMs / 1000));
  return {
    ...{ id: row.id, name: row.name, destination, format, url, site, index, tags, bucket },
    ...{ region, prefix, accessKeyId, header, hasSecret: row.secret !== null, status },
    health: healthOf(row, lagSeconds),
    failingSince: row.failingSince?.toISOString() ?? null,
    lastProblem,
    nextAttemptAt: row.failingSince === null ? null : row.nextAttemptAt.toISOString(),
    lastDeliveredAt: row.lastDeliveredAt?.toISOString() ?? null,
    sequence,
    backlogCount: Math.max(0, (row.logEnd ?? 0) - sequence),
    ...{ lagSeconds, prunedCount, rejectedCount },
    createdBy: { memberId: row.memberId, name: row.creatorName, email: row.creatorEmail },
    createdByKey: creatingKeyView(row.createdByKeyId, row.keyName),
    createdAt: row.createdAt.toISOString(),
    etag: streamEtag(row),
  };
}

function healthOf(row: StreamRow, lagSeconds: number): LogStreamHealth {
  if (row.status === 'paused') return 'paused';
  if (row.failingSince !== null) return 'failing';
  const { isHourly } = DESTINATIONS[row.destination];
  return lagSeconds > (isHourly ? HOURLY_DELAYED_S : DELAYED_S) ? 'delayed' : 'healthy';
}

export function streamEtag(row: StreamRow): string {
  const { name, format, url, site, index, tags, bucket, region, prefix, accessKeyId } = row;
  const secret = row.secret?.toString('base64') ?? null;
  return etagOf({
    ...{ name, format, url, site, index, tags, bucket, region, prefix, accessKeyId },
    ...{ header: row.header, secret },
  });
}

export function streamTarget({ id, name }: Pick<StreamRow, 'id' | 'name'>): AuditTarget {
  return { type: 'log_stream', id, name };
}

/** @throws DomainError not_found, also for a key that is confined to a workspace */
export async function readStream(
  db: Database | Transaction,
  ctx: Ctx,
  id: string,
): Promise<LogStream> {
  const [row] = await selectStreams(db, ctx).where(isStreamOf(ctx.organizationId, id));
  if (!row || ctx.workspaceId !== null) throw notFound('log stream', id);
  return streamView(row, ctx.services.clock());
}

/**
 * The stream, locked until the transaction ends.
 * @throws DomainError not_found, also for a key that is confined to a workspace
 */
export async function lockStream(tx: Transaction, ctx: Ctx, id: string): Promise<StreamRow> {
  const [row] = await tx
    .select()
    .from(logStream)
    .where(isStreamOf(ctx.organizationId, id))
    .for('update');
  if (!row || ctx.workspaceId !== null) throw notFound('log stream', id);
  return row;
}

export function isStreamOf(organizationId: string, id: string) {
  return and(eq(logStream.organizationId, organizationId), eq(logStream.id, id));
}
