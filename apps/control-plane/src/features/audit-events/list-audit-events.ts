import type { AuditEventView, RouteInput, Routes } from '@tollkeeper/contract';
import { and, asc, desc, eq, gt, lt, lte, max, type SQL } from 'drizzle-orm';
import { visibleEvents } from '../../access/visibility.ts';
import type { Ctx } from '../../context.ts';
import { auditChain, auditEvent } from '../../db/schema/index.ts';
import { invalidField, notFound } from '../../domain-error.ts';
import { decodeCursor, encodeCursor } from '../../http/page.ts';
import { type EventRow, eventColumns, eventViews } from './audit-event-view.ts';
import { matchingEvents } from './event-filters.ts';

type Query = NonNullable<RouteInput<Routes['listAuditEvents']>['query']>;
type Order = 'asc' | 'desc';

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
  const rows = await selectEvents(ctx, order, limit + 1, [
    matchingEvents(ctx, query),
    end === undefined ? undefined : lte(auditEvent.sequence, end),
    last === undefined ? undefined : after(last, order),
  ]);
  const data = await eventViews(ctx, rows.slice(0, limit));
  return { data, nextCursor: cursorAfter(data, order, rows.length > limit, end ?? last) };
}

/** @throws DomainError not_found */
export async function getAuditEvent(
  ctx: Ctx,
  { params: { id } }: { params: { id: string } },
): Promise<AuditEventView> {
  const [view] = await eventViews(ctx, await selectEvents(ctx, 'desc', 1, [eq(auditEvent.id, id)]));
  if (!view) throw notFound('audit event', id);
  return view;
}

function selectEvents(
  ctx: Ctx,
  order: Order,
  limit: number,
  conditions: readonly (SQL | undefined)[],
): Promise<EventRow[]> {
  const direction = order === 'asc' ? asc : desc;
  return ctx.services.db
    .select(eventColumns)
    .from(auditEvent)
    .where(and(visibleEvents(ctx), ...conditions))
    .orderBy(direction(auditEvent.sequence))
    .limit(limit);
}

async function readEnd({ services: { db }, organizationId }: Ctx): Promise<number> {
  const [row] = await db
    .select({ sequence: max(auditChain.sequence) })
    .from(auditChain)
    .where(eq(auditChain.organizationId, organizationId));
  return row?.sequence ?? 0;
}

function after(sequence: number, order: Order): SQL {
  return (order === 'asc' ? gt : lt)(auditEvent.sequence, sequence);
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
