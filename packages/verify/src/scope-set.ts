import { SCOPES, type Scope } from '@tollkeeper/contract';

/**
 * An immutable set of scopes. Two 32-bit masks hold the built-in ones; callers go through the
 * functions below and never read the masks, so that scopes of an organization's own can join them.
 * Bits follow the catalog of this build: a set lives in memory and is never stored or sent.
 */
export interface ScopeSet {
  readonly low: number;
  readonly high: number;
}

export const NO_SCOPES: ScopeSet = { low: 0, high: 0 };

const POSITIONS: ReadonlyMap<string, number> = new Map(
  SCOPES.map((scope, position) => [scope, position]),
);

/**
 * @throws RangeError for a name outside the catalog: left out of a required set, it would let
 * through what it should stop
 */
export function scopeSet(names: Iterable<Scope>): ScopeSet {
  let low = 0;
  let high = 0;
  for (const name of names) {
    const position = POSITIONS.get(name);
    if (position === undefined) throw new RangeError(`Unknown scope "${name}"`);
    if (position < 32) low |= 1 << position;
    else high |= 1 << (position - 32);
  }
  return { low, high };
}

/** Each scope beside the set of it alone, sorted: names are asked for with every verification. */
const SINGLES = SCOPES.toSorted().map((name) => [name, scopeSet([name])] as const);

/** The names in the set, sorted. */
export function scopeNames(set: ScopeSet): Scope[] {
  const names: Scope[] = [];
  for (const [name, single] of SINGLES) if (includes(set, single)) names.push(name);
  return names;
}

export function intersect(left: ScopeSet, right: ScopeSet): ScopeSet {
  return { low: left.low & right.low, high: left.high & right.high };
}

export function union(left: ScopeSet, right: ScopeSet): ScopeSet {
  return { low: left.low | right.low, high: left.high | right.high };
}

/** Whether the set holds every required scope. */
export function includes(set: ScopeSet, required: ScopeSet): boolean {
  return ((required.low & ~set.low) | (required.high & ~set.high)) === 0;
}

/** The required scopes that the set does not hold. */
export function missing(set: ScopeSet, required: ScopeSet): ScopeSet {
  return { low: required.low & ~set.low, high: required.high & ~set.high };
}
