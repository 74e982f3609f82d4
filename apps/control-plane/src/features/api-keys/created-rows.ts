import type { ReadLineage } from '../../lineage/read-lineage.ts';
import type { Descendants } from '../../lineage/trace-descendants.ts';

/** Something that came from a root. */
export interface CreatedThing {
  readonly id: string;
  readonly root: string;
}

export interface CreatedKey extends CreatedThing {
  readonly memberId: string;
  /** Whether its owner came from a root as well; perhaps they were removed before. */
  readonly ownerLeaves: boolean;
}

/** Keys that came from a root and are not revoked yet, roots aside. */
export function livingKeys(
  { keys }: ReadLineage,
  descendants: Descendants,
  rootIds: readonly string[],
): CreatedKey[] {
  const roots = new Set(rootIds);
  return [...keys.values()]
    .filter(({ id }) => !roots.has(id))
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
    .flatMap(({ id, memberId }) => {
      const root = descendants.rootNow(id);
      return root === undefined
        ? []
        : [{ id, memberId, root, ownerLeaves: descendants.members.has(memberId) }];
    });
}

/** Members who came from a root and are not removed yet. */
export function presentMembers({ members }: ReadLineage, roots: ReadonlyMap<string, string>) {
  return [...roots].flatMap(([id, root]) => {
    const row = members.get(id);
    return row && row.status !== 'removed' ? [{ ...row, root }] : [];
  });
}

/** The thing with the root that it came from; none where it came from none. */
export function withRoot<T extends object>(
  { rootOf }: Descendants,
  thing: T,
  creators: readonly (string | null)[],
  at: Date,
): (T & { readonly root: string })[] {
  const root = rootOf(creators, at.getTime());
  return root === undefined ? [] : [{ ...thing, root }];
}
