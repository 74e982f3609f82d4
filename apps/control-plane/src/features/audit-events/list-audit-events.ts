import type { AuditEventView, RouteInput, Routes } from '@tollkeeper/contract';
import { and, eq } from 'drizzle-orm';
import { visibleEvents } from '../../access/visibility.ts';
import type { Ctx } from '../../context.ts';
import { auditEvent } from '../../db/schema/index.ts';
import { invalidField, notFound } from '../../domain-error.ts';
import { decodeCursor, encodeCursor } from '../../http/page.ts';
import { eventColumns, eventViews } from './audit-event-view.ts';
import { findEvents, type Order } from './find-events.ts';

type Query = NonNullable<RouteInput<Routes['listAuditEvents']>['query']>;

/**
 * A page of the events that the caller sees. The sequence orders them: it rises in the order of commits,
 * so that no event ever appears behind a cursor. Where a filter takes too long, the page ends early, and its
 * cursor goes on from there.
 * @throws DomainError validation_failed
 */
export function listAuditEvents(ctx: Ctx, { query }: { query: Query }) {
  return readPage(ctx, query);
}

/** @param timeMs after which the page ends early */
export async function readPage(ctx: Ctx, query: Query, timeMs?: number) {
  const { order = 'desc' } = query;
  const limit = Number(query.limit ?? 50);
  const last = query.cursor === undefined ? undefined : placeOf(query.cursor, order);
  const whole = { from: 1, to: Number.POSITIVE_INFINITY };
  const rest = order === 'asc' ? { from: (last ?? 0) + 1 } : { to: (last ?? Infinity) - 1 };
  const place = { order, limit: limit + 1, ...whole, ...rest };
  const found = await findEvents(ctx, query, place, timeMs);
  const data = await eventViews(ctx, found.rows.slice(0, limit));
  const through = found.rows.length > limit ? data.at(-1)?.sequence : found.through;
  // An ascending page has looked through all of the log, though it may show none of it.
  const next = through ?? (order === 'asc' ? found.end : undefined);
  const nextCursor = next === undefined ? null : encodeCursor(['sequence', order, `${next}`, '']);
  return { data, nextCursor };
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
