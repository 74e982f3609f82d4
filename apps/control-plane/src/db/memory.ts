import type pg from 'pg';

/** What a locked read showed, and how PostgreSQL writes that row as text. */
export interface Known {
  readonly row: pg.QueryResultRow;
  readonly asText: string;
}

interface Entry {
  known: Known | undefined;
  /** How often it is not relied on, after it turned out to be wrong. */
  distrust: number;
}

/** By statement and values: what locked reads on the connections of one database showed last. */
export type Memory = Map<string, Entry>;

const ENTRIES_MAX = 10_000;
/** Where several processes change one organization, most of what one remembers is out of date. */
const DISTRUST_AFTER_MISS = 8;

export function remember(
  memory: Memory,
  name: string,
  values: readonly unknown[],
  known: Known,
): void {
  const key = keyOf(name, values);
  const entry = memory.get(key);
  if (entry) {
    entry.known = known;
    return;
  }
  memory.set(key, { known, distrust: 0 });
  const [oldest] = memory.keys();
  if (memory.size > ENTRIES_MAX && oldest !== undefined) memory.delete(oldest);
}

export function recall(
  memory: Memory,
  name: string,
  values: readonly unknown[],
): Known | undefined {
  const entry = memory.get(keyOf(name, values));
  if (!entry || entry.distrust === 0) return entry?.known;
  entry.distrust -= 1;
  return undefined;
}

/** After what was remembered turned out to be wrong. */
export function forget(memory: Memory, name: string, values: readonly unknown[]): void {
  const entry = memory.get(keyOf(name, values));
  if (!entry) return;
  entry.known = undefined;
  entry.distrust = DISTRUST_AFTER_MISS;
}

function keyOf(name: string, values: readonly unknown[]): string {
  return `${name} ${JSON.stringify(values)}`;
}
