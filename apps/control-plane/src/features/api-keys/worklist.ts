import { ID_PREFIXES } from '@tollkeeper/contract';
import type { Origin } from '../../lineage/links.ts';

export type Worklist = ReturnType<typeof createWorklist>;

/**
 * What the searches of a cascade have still to begin with. Each key is followed again only if it counts
 * from an earlier time than was known, and each admission once: so it ends, whatever leads to what.
 */
export function createWorklist() {
  const followed = new Map<string, number>();
  let waiting: Origin[] = [];

  /** @returns whether that was not known */
  const note = ({ id, at }: Origin): boolean => {
    const name = isMember(id) ? `${id} ${at}` : id;
    const known = followed.get(name);
    if (known !== undefined && known <= at) return false;
    followed.set(name, at);
    return true;
  };
  return {
    /** Adds what a search found, and of that what leads on. */
    add(counted: readonly Origin[], next: readonly Origin[]): void {
      for (const each of next) if (note(each)) waiting.push(each);
      for (const each of counted) note(each);
    },
    take(countMax: number): readonly Origin[] {
      const taken = waiting.slice(0, countMax);
      waiting = waiting.slice(countMax);
      return taken;
    },
    isEmpty: () => waiting.length === 0,
    followedCount: () => followed.size,
  };
}

const isMember = (id: string) => id.startsWith(ID_PREFIXES.member);
