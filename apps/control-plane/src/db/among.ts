import { type SQL, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';

/** One parameter, however many ids. */
export function among(column: PgColumn, ids: readonly string[]): SQL {
  return sql`${column} = any(${sql.param(ids)}::text[])`;
}

/** Ids of which one statement reads the rows, so that each ends in time. */
const PART_MAX = 5000;

/** Reads the rows of some ids at a time, until there are more than `rowsMax`. */
export async function readInParts<T>(
  ids: readonly string[],
  select: (part: readonly string[], limit: number | null) => PromiseLike<readonly T[]>,
  rowsMax = Number.POSITIVE_INFINITY,
): Promise<{ readonly rows: readonly T[]; readonly isWhole: boolean }> {
  const rows: T[] = [];
  for (let at = 0; at < ids.length; at += PART_MAX) {
    const limit = Number.isFinite(rowsMax) ? rowsMax - rows.length + 1 : null;
    for (const row of await select(ids.slice(at, at + PART_MAX), limit)) rows.push(row);
    if (rows.length > rowsMax) return { rows: rows.slice(0, rowsMax), isWhole: false };
  }
  return { rows, isWhole: true };
}

interface Limitable<T> extends PromiseLike<readonly T[]> {
  limit(rowsMax: number): PromiseLike<readonly T[]>;
}

export type Reader = ReturnType<typeof createReader>;

/** Reads what some of the ids did, and remembers whether it has read all of it. */
export function createReader(ids: readonly string[], rowsMax: number | undefined) {
  let isComplete = true;
  const readRows = async <T>(
    select: (part: readonly string[], limit: number | null) => PromiseLike<readonly T[]>,
  ) => {
    const { rows, isWhole } = await readInParts(ids, select, rowsMax);
    isComplete &&= isWhole;
    return rows;
  };
  const read = <T>(select: (part: readonly string[]) => Limitable<T>) =>
    readRows((part, limit) => (limit === null ? select(part) : select(part).limit(limit)));
  return {
    readRows,
    read,
    /** Each once: a key and its owner may have created the same. */
    readEach: async <T extends { readonly id: string }>(
      select: (part: readonly string[]) => Limitable<T>,
    ) => [...new Map((await read(select)).map((row) => [row.id, row])).values()],
    isComplete: () => isComplete,
  };
}
