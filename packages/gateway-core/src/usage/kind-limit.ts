import { addTo, type Sums, withoutKind } from './sums.ts';

/** How many kinds of calls of one key a segment distinguishes in one minute. */
export const KINDS_MAX = 64;

/** Bounds the lines of a segment: a key that calls everything in every way has few all the same. */
export interface KindLimit {
  /** Counts calls of further kinds as being of none. @param written what the segment holds already */
  apply(unwritten: Sums, written: Sums): void;
  /** To be called when another segment begins. */
  clear(): void;
}

export function createKindLimit(): KindLimit {
  /** How many heads have a kind, by what each is without it. */
  const counts = new Map<string, number>();
  return {
    apply(unwritten, written) {
      for (const [head, sum] of unwritten) {
        if (written.has(head)) continue;
        const bare = withoutKind(head);
        if (bare === head) continue;
        const count = counts.get(bare) ?? 0;
        if (count < KINDS_MAX) {
          counts.set(bare, count + 1);
          continue;
        }
        unwritten.delete(head);
        addTo(unwritten, bare, sum);
      }
    },
    clear: () => counts.clear(),
  };
}
