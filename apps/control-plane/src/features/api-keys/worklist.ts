import { ID_PREFIXES } from '@tollkeeper/contract';
import type { Origin } from '../../lineage/links.ts';
import type { Position } from '../../lineage/read-links.ts';

/** A key or a member that counts, and after which of its links a search begins. */
export type Waiting = Origin & Position;

export type Worklist = ReturnType<typeof createWorklist>;

/**
 * What the searches of a cascade have still to begin with. Each key is followed again only if it counts
 * from an earlier time than was known, and each admission once: so it ends, whatever leads to what. Of
 * one that has too many links for a search, the next one goes on where that ended.
 */
export function createWorklist() {
  const followed = new Map<string, number>();
  let waiting: Waiting[] = [];
  /** With which the last search began: it may not have read all of them. */
  let taken: ReadonlySet<string> = new Set();

  const note = (each: Origin): boolean => {
    const known = followed.get(nameOf(each));
    if (known !== undefined && known <= each.at) return false;
    followed.set(nameOf(each), each.at);
    return true;
  };
  /** Whether it is known to count from an earlier time, from which it is followed from its first link. */
  const isOutdated = (each: Waiting) => (followed.get(nameOf(each)) ?? each.at) < each.at;
  return {
    /** Adds what a search found, and of that what leads on. */
    add(counted: readonly Origin[], next: readonly Waiting[]): void {
      for (const each of next) {
        const isNew = note(each);
        const isLeft = each.after !== undefined || taken.has(each.id);
        if (isLeft ? !isOutdated(each) : isNew) waiting.push(each);
      }
      for (const each of counted) note(each);
    },
    take(countMax: number): readonly Waiting[] {
      const next = waiting.slice(0, countMax);
      waiting = waiting.slice(countMax);
      taken = new Set(next.map(({ id }) => id));
      return next;
    },
    isEmpty: () => waiting.length === 0,
    followedCount: () => followed.size,
  };
}

/** Where to begin with what waits: from the first link where one id waits at two places. */
export function positionsOf(waiting: readonly Waiting[]): Position[] {
  const positions = new Map<string, Position>();
  for (const { id, after } of waiting) {
    const known = positions.get(id);
    positions.set(id, known && known.after !== after ? { id } : { id, after });
  }
  return [...positions.values()];
}

const nameOf = ({ id, at }: Origin) => (isMember(id) ? `${id} ${at}` : id);

const isMember = (id: string) => id.startsWith(ID_PREFIXES.member);
