import type { RouteInput, Routes, WebhookAttempt, WebhookDelivery } from '@tollkeeper/contract';
import { and, desc, eq, getTableColumns, lt, type SQL, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import { requireScope } from '../../access/require-scope.ts';
import type { Ctx } from '../../context.ts';
import { auditEvent, webhookAttempt, webhookDelivery } from '../../db/schema/index.ts';
import { invalidField } from '../../domain-error.ts';
import { decodeCursor, encodeCursor } from '../../http/page.ts';
import { readEndpoint } from './endpoint-view.ts';
import { type PayloadEvent, payloadColumns, payloadText } from './webhook-payload.ts';

interface Listed<Q> {
  readonly params: { readonly id: string };
  readonly query: Q;
}

type DeliveryQuery = NonNullable<RouteInput<Routes['listWebhookDeliveries']>['query']>;
type AttemptQuery = NonNullable<RouteInput<Routes['listWebhookAttempts']>['query']>;

/** In the order of their events, the last first. @throws DomainError not_found, insufficient_scope without audit.read */
export async function listWebhookDeliveries(
  ctx: Ctx,
  { params: { id }, query }: Listed<DeliveryQuery>,
) {
  const { db } = ctx.services;
  await readEndpoint(db, ctx, id);
  requireScope(ctx, 'audit.read');
  const limit = Number(query.limit ?? 50);
  const before = startOf(query.cursor, 'deliveries');
  const rows = await db
    .select()
    .from(webhookDelivery)
    .where(
      and(
        eq(webhookDelivery.organizationId, ctx.organizationId),
        eq(webhookDelivery.endpointId, id),
        query.status && eq(webhookDelivery.status, query.status),
        before && lt(webhookDelivery.sequence, before.sequence),
      ),
    )
    .orderBy(desc(webhookDelivery.sequence))
    .limit(limit + 1);
  return pageOf(rows, limit, 'deliveries', deliveryView, ({ sequence }) => `${sequence}`);
}

/** Those of the last events first. @throws DomainError not_found, insufficient_scope without audit.read */
export async function listWebhookAttempts(
  ctx: Ctx,
  { params: { id }, query }: Listed<AttemptQuery>,
) {
  const { db } = ctx.services;
  await readEndpoint(db, ctx, id);
  requireScope(ctx, 'audit.read');
  const limit = Number(query.limit ?? 20);
  const before = startOf(query.cursor, 'attempts');
  const { eventId, eventType } = webhookDelivery;
  const rows = await db
    .select({ ...getTableColumns(webhookAttempt), eventId, eventType, event: payloadColumns })
    .from(webhookAttempt)
    .innerJoin(
      webhookDelivery,
      and(
        eq(webhookDelivery.organizationId, webhookAttempt.organizationId),
        eq(webhookDelivery.endpointId, webhookAttempt.endpointId),
        eq(webhookDelivery.sequence, webhookAttempt.sequence),
      ),
    )
    .leftJoin(
      auditEvent,
      and(
        eq(auditEvent.organizationId, webhookAttempt.organizationId),
        eq(auditEvent.sequence, webhookAttempt.sequence),
      ),
    )
    .where(
      and(
        eq(webhookAttempt.organizationId, ctx.organizationId),
        eq(webhookAttempt.endpointId, id),
        query.eventId === undefined
          ? undefined
          : isOfEvent(ctx, webhookAttempt.sequence, query.eventId),
        before &&
          sql`(${webhookAttempt.at}, ${webhookAttempt.sequence}, ${webhookAttempt.number})
            < (${before.at}::timestamptz, ${before.sequence}, ${before.number})`,
      ),
    )
    .orderBy(desc(webhookAttempt.at), desc(webhookAttempt.sequence), desc(webhookAttempt.number))
    .limit(limit + 1);
  return pageOf(rows, limit, 'attempts', attemptView, ({ at, sequence, number }) =>
    [at.toISOString(), sequence, number].join(' '),
  );
}

/** Found by the event, which has an index. */
export function isOfEvent({ organizationId }: Ctx, sequence: PgColumn, eventId: string): SQL {
  return sql`${sequence} = (select event.sequence from audit_event as event
    where event.organization_id = ${organizationId} and event.id = ${eventId})`;
}

type DeliveryRow = typeof webhookDelivery.$inferSelect;
type AttemptRow = typeof webhookAttempt.$inferSelect &
  Pick<DeliveryRow, 'eventId' | 'eventType'> & { readonly event: PayloadEvent | null };

function deliveryView(row: DeliveryRow): WebhookDelivery {
  return {
    eventId: row.eventId,
    eventType: row.eventType,
    status: row.status,
    attemptsCount: row.attemptsCount,
    nextAttemptAt: row.status === 'pending' ? row.nextAttemptAt.toISOString() : null,
    lastStatus: row.lastStatus,
    lastProblem: row.lastProblem,
    createdAt: row.createdAt.toISOString(),
    finishedAt: row.finishedAt?.toISOString() ?? null,
  };
}

function attemptView(row: AttemptRow): WebhookAttempt {
  return {
    eventId: row.eventId,
    eventType: row.eventType,
    number: row.number,
    at: row.at.toISOString(),
    durationMs: row.durationMs,
    status: row.status,
    problem: row.problem,
    request: row.request && { ...row.request, body: row.event && payloadText(row.event) },
    responseBody: row.responseBody,
  };
}

function pageOf<R, T>(
  rows: readonly R[],
  limit: number,
  list: string,
  view: (row: R) => T,
  placeOf: (row: R) => string,
) {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const nextCursor =
    rows.length > limit && last ? encodeCursor([list, 'desc', placeOf(last), '']) : null;
  return { data: shown.map(view), nextCursor };
}

const PLACES: Readonly<Record<string, RegExp>> = {
  deliveries: /^()(\d{1,15})()$/,
  attempts: /^([1-9]\d{3}-[\dT:.-]{18}Z) (\d{1,15}) (\d{1,9})$/,
};

/** @throws DomainError validation_failed for a cursor of another list */
function startOf(cursor: string | undefined, list: string) {
  if (cursor === undefined) return undefined;
  const [name, , place] = decodeCursor(cursor);
  const [, at = '', sequence, number] = (name === list && PLACES[list]?.exec(place)) || [];
  if (sequence === undefined || (at !== '' && Number.isNaN(Date.parse(at)))) {
    throw invalidField('cursor', 'belongs to another list; begin again without it');
  }
  return { at, sequence: Number(sequence), number: Number(number) };
}
