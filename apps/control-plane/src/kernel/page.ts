import { decodeCursor, encodeCursor } from './cursor.ts';
import { invalidField } from './domain-error.ts';

/** Where a list ordered by id begins, and how many rows it shows. @throws DomainError */
export function pageStart(query: { cursor?: string | undefined; limit?: unknown }) {
  const limit = Number(query.limit ?? 50);
  if (query.cursor === undefined) return { after: undefined, limit };
  const [sort, , , id] = decodeCursor(query.cursor);
  if (sort !== 'id')
    throw invalidField('cursor', 'belongs to another list; begin again without it');
  return { after: id, limit };
}

/** @param items one more than the limit when there is a next page */
export function page<T extends { readonly id: string }>(items: readonly T[], limit: number) {
  const data = items.slice(0, limit);
  const last = data.at(-1);
  const more = items.length > limit && last !== undefined;
  return { data, nextCursor: more ? encodeCursor(['id', 'asc', '', last.id]) : null };
}
