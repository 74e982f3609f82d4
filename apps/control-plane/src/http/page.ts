import { asc, type SQL, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import { invalidField } from '../domain-error.ts';
import { cursorTime, decodeCursor, encodeCursor } from './cursor.ts';

interface Ordered {
  readonly createdAt: PgColumn;
  readonly id: PgColumn;
}

interface PageStart {
  readonly after: SQL | undefined;
  readonly order: SQL[];
  readonly limit: number;
}

/** Where a list that begins with the oldest goes on, and how many rows it shows. @throws DomainError */
export function pageStart(
  query: { readonly cursor?: string | undefined; readonly limit?: unknown },
  { createdAt, id }: Ordered,
): PageStart {
  const order = [asc(createdAt), asc(id)];
  const limit = Number(query.limit ?? 50);
  if (query.cursor === undefined) return { after: undefined, order, limit };
  const [sort, direction, text, lastId] = decodeCursor(query.cursor);
  if (sort !== 'oldest' || direction !== 'asc') {
    throw invalidField('cursor', 'belongs to another list; begin again without it');
  }
  const after = sql`(${createdAt}, ${id}) > (${cursorTime(text)}::timestamptz, ${lastId})`;
  return { after, order, limit };
}

/** @param items one more than the limit when there is a next page */
export function page<T extends { readonly id: string; readonly createdAt: Date | string }>(
  items: readonly T[],
  limit: number,
) {
  const data = items.slice(0, limit);
  const last = data.at(-1);
  if (items.length <= limit || !last) return { data, nextCursor: null };
  const at = new Date(last.createdAt).toISOString();
  return { data, nextCursor: encodeCursor(['oldest', 'asc', at, last.id]) };
}
