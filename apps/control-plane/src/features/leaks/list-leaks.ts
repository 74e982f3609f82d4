import type { Leak, RouteInput, Routes } from '@tollkeeper/contract';
import { and, desc, eq, type SQL, sql } from 'drizzle-orm';
import type { Ctx } from '../../context.ts';
import { leak } from '../../db/schema/index.ts';
import { invalidField } from '../../domain-error.ts';
import { cursorTime, decodeCursor, encodeCursor } from '../../http/page.ts';
import { leakView, readLeak, selectLeaks, visibleLeaks } from './leak-view.ts';

type Query = NonNullable<RouteInput<Routes['listLeaks']>['query']>;

/** The newest first. @throws DomainError validation_failed */
export async function listLeaks(ctx: Ctx, { query }: { query: Query }) {
  const { status, keyId } = query;
  const limit = Number(query.limit ?? 50);
  const rows = await selectLeaks(ctx.services.db)
    .where(
      and(
        visibleLeaks(ctx),
        status === undefined ? undefined : eq(leak.status, status),
        keyId === undefined ? undefined : eq(leak.keyId, keyId),
        query.cursor === undefined ? undefined : after(query.cursor),
      ),
    )
    .orderBy(desc(leak.createdAt), desc(leak.id))
    .limit(limit + 1);
  const data = rows.slice(0, limit).map(leakView);
  return { data, nextCursor: rows.length > limit ? cursorAfter(data.at(-1)) : null };
}

function cursorAfter(last: Leak | undefined): string | null {
  return last ? encodeCursor(['newest', 'desc', last.createdAt, last.id]) : null;
}

function after(cursor: string): SQL {
  const [sort, order, at, id] = decodeCursor(cursor);
  if (sort !== 'newest' || order !== 'desc') {
    throw invalidField('cursor', 'belongs to another list; begin again without it');
  }
  return sql`(${leak.createdAt}, ${leak.id}) < (${cursorTime(at)}::timestamptz, ${id})`;
}

/** @throws DomainError not_found */
export async function getLeak(ctx: Ctx, { params }: { params: { id: string } }): Promise<Leak> {
  return readLeak(ctx.services.db, ctx, params.id);
}
