/**
 * What a person has entered, on top of what somebody else saved meanwhile: a field that they left as
 * it was follows the record; of sets and lists, what they added and removed is added and removed.
 * @param from the record as the person opened it
 * @param to the record as it is stored now
 */
export function mergeDraft<D extends object>(draft: D, from: D, to: D): D {
  const names = Object.keys(draft) as (keyof D)[];
  const merged = names.map((name) => [name, mergeField(draft[name], from[name], to[name])]);
  return Object.fromEntries(merged) as D;
}

function mergeField(mine: unknown, from: unknown, to: unknown): unknown {
  if (mine instanceof Set && from instanceof Set && to instanceof Set) {
    return to.difference(from.difference(mine)).union(mine.difference(from));
  }
  if (Array.isArray(mine) && Array.isArray(from) && Array.isArray(to)) {
    const kept = to.filter((item) => mine.includes(item) || !from.includes(item));
    const added = mine.filter((item) => !from.includes(item) && !to.includes(item));
    return [...kept, ...added];
  }
  return JSON.stringify(mine) === JSON.stringify(from) ? to : mine;
}
