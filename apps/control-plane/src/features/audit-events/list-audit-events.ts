import type { AuditEventView, RouteInput, Routes } from '@tollkeeper/contract';
import { and, eq, max } from 'drizzle-orm';
import { visibleEvents } from '../../access/visibility.ts';
import type { Ctx } from '../../context.ts';
import { auditChain, auditEvent } from '../../db/schema/index.ts';
import { invalidField, notFound } from '../../domain-error.ts';
import { decodeCursor, encodeCursor } from '../../http/page.ts';
import { eventColumns, eventViews } from './audit-event-view.ts';
import { findEvents, type Order } from './find-events.ts';

type Query = NonNullable<RouteInput<Routes['listAuditEvents']>['query']>;

/**
 * A page of the events that the caller sees. The sequence orders them: it rises in the order of commits,
 * so that no event ever appears behind a cursor.
 * @throws DomainError validation_failed
 */
export async function listAuditEvents(ctx: Ctx, { query }: { query: Query }) {
  const { order = 'desc' } = query;
  const limit = Number(query.limit ?? 50);
  const last = query.cursor === undefined ? undefined : placeOf(query.cursor, order);
  // Read first: what an ascending page has looked through, though it may show none of it.
  const end = order === 'asc' ? await readEnd(ctx) : undefined;
  const place =
    order === 'asc'
      ? { from: (last ?? 0) + 1, to: end ?? 0 }
      : { from: 1, to: last === undefined ? Number.POSITIVE_INFINITY : last - 1 };
  const rows = await findEvents(ctx, query, { order, limit: limit + 1, ...place });
  const data = await eventViews(ctx, rows.slice(0, limit));
  return { data, nextCursor: cursorAfter(data, order, rows.length > limit, end ?? last) };
}

/** @throws DomainError not_found */
export async function getAuditEvent(
  ctx: Ctx,
  { params: { id } }: { params: { id: string } },
): Promise<AuditEventView> {
  const rows = await ctx.services.db
    .select(eventColumns)
    .from(auditEvent)
    .where(and(visibleEvents(ctx), eq(auditEvent.id, id)));
  const [view] = await eventViews(ctx, rows);
  if (!view) throw notFound('audit event', id);
  return view;
}

async function readEnd({ services: { db }, organizationId }: Ctx): Promise<number> {
  const [row] = await db
    .select({ sequence: max(auditChain.sequence) })
    .from(auditChain)
    .where(eq(auditChain.organizationId, organizationId));
  return row?.sequence ?? 0;
}

function cursorAfter(
  data: readonly AuditEventView[],
  order: Order,
  hasMore: boolean,
  end: number | undefined,
): string | null {
  if (!hasMore && order === 'desc') return null;
  const sequence = hasMore ? data.at(-1)?.sequence : end;
  return encodeCursor(['sequence', order, String(sequence ?? 0), '']);
}

/** @throws DomainError validation_failed */
function placeOf(cursor: string, order: Order): number {
  const [sort, ofOrder, sequence] = decodeCursor(cursor);
  if (sort !== 'sequence' || ofOrder !== order) {
    throw invalidField('cursor', 'belongs to a list in another order; begin again without it');
  }
  const place = Number(sequence);
  if (!/^\d+$/.test(sequence) || !Number.isSafeInteger(place)) {
    throw invalidField('cursor', 'is not one that a list gave');
  }
  return place;
}
