import { asc, desc, type SQL, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import { invalidField } from '../domain-error.ts';

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

/** As `pageStart`, of a list that begins with the newest. @throws DomainError */
export function newestFirst(
  query: { readonly cursor?: string | undefined; readonly limit?: unknown },
  { createdAt, id }: Ordered,
): PageStart {
  const order = [desc(createdAt), desc(id)];
  const limit = Number(query.limit ?? 50);
  if (query.cursor === undefined) return { after: undefined, order, limit };
  const [sort, direction, text, lastId] = decodeCursor(query.cursor);
  if (sort !== 'newest' || direction !== 'desc') {
    throw invalidField('cursor', 'belongs to another list; begin again without it');
  }
  const after = sql`(${createdAt}, ${id}) < (${cursorTime(text)}::timestamptz, ${lastId})`;
  return { after, order, limit };
}

/** As `page`, of a list that begins with the newest. */
export function newestPage<T extends { readonly id: string; readonly createdAt: Date | string }>(
  items: readonly T[],
  limit: number,
) {
  const data = items.slice(0, limit);
  const last = data.at(-1);
  if (items.length <= limit || !last) return { data, nextCursor: null };
  const at = new Date(last.createdAt).toISOString();
  return { data, nextCursor: encodeCursor(['newest', 'desc', at, last.id]) };
}

/** Where a page ended: the order of the list, and the last row's sort value and id. */
type Cursor = readonly [sort: string, order: string, value: string, id: string];

export function encodeCursor(cursor: Cursor): string {
  return Buffer.from(JSON.stringify(cursor)).toString('base64url');
}

/** @throws DomainError validation_failed for a text that no list gave */
export function decodeCursor(text: string): Cursor {
  try {
    const parts: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    if (isCursor(parts)) return parts;
  } catch {
    // Not JSON: refused below like any other text that is no cursor.
  }
  throw invalidField('cursor', 'is not one that a list gave');
}

/** PostgreSQL knows no year 0, and reads none of more than four digits as JavaScript writes it. */
const YEAR = /^(?!0000)\d{4}-/;

/**
 * A cursor's value, in a list ordered by time.
 * @throws DomainError validation_failed unless it is exactly what a list writes
 */
export function cursorTime(value: string): string {
  const time = new Date(value);
  const isOurs = !Number.isNaN(time.getTime()) && time.toISOString() === value && YEAR.test(value);
  if (!isOurs) throw invalidField('cursor', 'is not one that a list gave');
  return value;
}

function isCursor(parts: unknown): parts is Cursor {
  return Array.isArray(parts) && parts.length === 4 && parts.every(isPlainText);
}

/** PostgreSQL stores no NUL and no lone surrogate. */
function isPlainText(part: unknown): part is string {
  return typeof part === 'string' && !part.includes('\0') && part.isWellFormed();
}
