import type { LogStream, LogStreamAttempt, RouteInput, Routes } from '@tollkeeper/contract';
import { and, desc, eq, lt } from 'drizzle-orm';
import { requireScope, requireWholeOrganization } from '../../access/require-scope.ts';
import type { Ctx } from '../../context.ts';
import { logStream, logStreamAttempt } from '../../db/schema/index.ts';
import { invalidField } from '../../domain-error.ts';
import { decodeCursor, encodeCursor, page, pageStart } from '../../http/page.ts';
import { readStream, selectStreams, streamView } from './stream-view.ts';

type Query = NonNullable<RouteInput<Routes['listLogStreams']>['query']>;
type AttemptQuery = NonNullable<RouteInput<Routes['listLogStreamAttempts']>['query']>;

/** @throws DomainError outside_workspace */
export async function listLogStreams(ctx: Ctx, { query }: { query: Query }) {
  requireWholeOrganization(ctx);
  const { after, order, limit } = pageStart(query, logStream);
  const rows = await selectStreams(ctx.services.db, ctx)
    .where(and(eq(logStream.organizationId, ctx.organizationId), after))
    .orderBy(...order)
    .limit(limit + 1);
  const now = ctx.services.clock();
  return page(
    rows.map((row) => streamView(row, now)),
    limit,
  );
}

/** @throws DomainError not_found */
export async function getLogStream(
  ctx: Ctx,
  { params }: { params: { readonly id: string } },
): Promise<LogStream> {
  return readStream(ctx.services.db, ctx, params.id);
}

interface ListedAttempts {
  readonly params: { readonly id: string };
  readonly query: AttemptQuery;
}

/** The last first. @throws DomainError not_found, insufficient_scope without audit.read */
export async function listLogStreamAttempts(
  ctx: Ctx,
  { params: { id }, query }: ListedAttempts,
): Promise<{ data: LogStreamAttempt[]; nextCursor: string | null }> {
  const { db } = ctx.services;
  await readStream(db, ctx, id);
  // A destination may answer with the events that it received.
  requireScope(ctx, 'audit.read');
  const limit = Number(query.limit ?? 20);
  const before = numberOf(query.cursor);
  const rows = await db
    .select()
    .from(logStreamAttempt)
    .where(
      and(
        eq(logStreamAttempt.organizationId, ctx.organizationId),
        eq(logStreamAttempt.streamId, id),
        before === undefined ? undefined : lt(logStreamAttempt.number, before),
      ),
    )
    .orderBy(desc(logStreamAttempt.number))
    .limit(limit + 1);
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    data: shown.map(attemptView),
    nextCursor:
      rows.length > limit && last ? encodeCursor([LIST, 'desc', String(last.number), '']) : null,
  };
}

function attemptView(row: typeof logStreamAttempt.$inferSelect): LogStreamAttempt {
  const { organizationId: _organization, streamId: _stream, at, ...shown } = row;
  return { ...shown, at: at.toISOString() };
}

const LIST = 'log-stream-attempts';

/** @throws DomainError validation_failed for a cursor of another list */
function numberOf(cursor: string | undefined): number | undefined {
  if (cursor === undefined) return undefined;
  const [name, , number] = decodeCursor(cursor);
  if (name === LIST && /^\d{1,9}$/.test(number)) return Number(number);
  throw invalidField('cursor', 'belongs to another list; begin again without it');
}
