import { addTo, type Sums, withoutKind, withoutNeeds } from './sums.ts';

/** How many kinds of calls of one key a segment distinguishes in one minute. */
export const KINDS_MAX = 64;
/** How many needs of calls, of one key in one minute, beside those with a kind. */
export const NEEDS_MAX = 64;

/** Bounds the lines of a segment: a key that calls everything in every way has few all the same. */
export interface KindLimit {
  /**
   * Counts calls of further kinds as being of none, and of further needs as of unknown ones.
   * @param written what the segment holds already
   */
  apply(unwritten: Sums, written: Sums): void;
  /** To be called when another segment begins. */
  clear(): void;
}

export function createKindLimit(): KindLimit {
  /** How many heads have a kind, or needs alone, by what each is without them. */
  const kinds = new Map<string, number>();
  const needs = new Map<string, number>();
  return {
    apply(unwritten, written) {
      // What is added meanwhile comes up last: without its kind, a head is looked at once more.
      for (const [head, sum] of unwritten) {
        if (written.has(head)) continue;
        const plain = withoutKind(head);
        const bare = withoutNeeds(head);
        if (head === bare) continue;
        const [counts, countMax] = head === plain ? [needs, NEEDS_MAX] : [kinds, KINDS_MAX];
        const count = counts.get(bare) ?? 0;
        if (count < countMax) {
          counts.set(bare, count + 1);
          continue;
        }
        unwritten.delete(head);
        addTo(unwritten, head === plain ? bare : plain, sum);
      }
    },
    clear() {
      kinds.clear();
      needs.clear();
    },
  };
}
