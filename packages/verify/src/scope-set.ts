import { type ApiScope, isApiScope, SCOPES, type Scope } from '@tollkeeper/contract';

/** API scopes of an organization: those that are named, or all, however many there are. */
export type ApiScopes = ReadonlySet<ApiScope> | 'all';

/**
 * An immutable set of scopes. Two 32-bit masks hold the built-in ones, by the catalog of this build:
 * a set lives in memory and is never stored or sent. Callers go through the functions below rather
 * than read its fields.
 */
export interface ScopeSet {
  readonly low: number;
  readonly high: number;
  readonly api: ApiScopes;
}

export const NO_API_SCOPES: ApiScopes = new Set();
export const NO_SCOPES: ScopeSet = { low: 0, high: 0, api: NO_API_SCOPES };
/** What owners and admins hold, so that an API scope that is added needs no change of theirs. */
export const ALL_API_SCOPES: ScopeSet = { low: 0, high: 0, api: 'all' };

const POSITIONS: ReadonlyMap<string, number> = new Map(
  SCOPES.map((scope, position) => [scope, position]),
);

/**
 * @throws RangeError for what cannot name a scope: left out of a required set, it would let through
 * what it should stop
 */
export function scopeSet(names: Iterable<Scope>): ScopeSet {
  let low = 0;
  let high = 0;
  const api: ApiScope[] = [];
  for (const name of names) {
    const position = POSITIONS.get(name);
    if (position === undefined) api.push(requireApiScope(name));
    else if (position < 32) low |= 1 << position;
    else high |= 1 << (position - 32);
  }
  return { low, high, api: api.length === 0 ? NO_API_SCOPES : new Set(api.sort()) };
}

function requireApiScope(name: Scope): ApiScope {
  if (isApiScope(name)) return name;
  throw new RangeError(`Unknown scope "${name}"`);
}

/** Each scope beside the set of it alone, sorted: names are asked for with every verification. */
const SINGLES = SCOPES.toSorted().map((name) => [name, scopeSet([name])] as const);

/**
 * The names in the set, sorted. Where it holds all API scopes, only the organization knows them, and
 * they are left out: a set without names may still hold something.
 */
export function scopeNames(set: ScopeSet): Scope[] {
  const names: Scope[] = [];
  for (const [name, single] of SINGLES) if (includes(set, single)) names.push(name);
  if (set.api === 'all' || set.api.size === 0) return names;
  return [...names, ...set.api].sort();
}

export function holdsAllApiScopes({ api }: ScopeSet): boolean {
  return api === 'all';
}

export function hasApiScopes({ api }: ScopeSet): boolean {
  return api === 'all' || api.size > 0;
}

export function intersect(left: ScopeSet, right: ScopeSet): ScopeSet {
  return {
    low: left.low & right.low,
    high: left.high & right.high,
    api: intersectApi(left.api, right.api),
  };
}

function intersectApi(left: ApiScopes, right: ApiScopes): ApiScopes {
  if (left === 'all') return right;
  if (right === 'all') return left;
  return left.size === 0 || right.size === 0 ? NO_API_SCOPES : left.intersection(right);
}

/** One of the two where it holds the other: each call asks for what its route and every call needs. */
export function union(left: ScopeSet, right: ScopeSet): ScopeSet {
  if (includes(left, right)) return left;
  if (includes(right, left)) return right;
  return {
    low: left.low | right.low,
    high: left.high | right.high,
    api: uniteApi(left.api, right.api),
  };
}

function uniteApi(left: ApiScopes, right: ApiScopes): ApiScopes {
  if (left === 'all' || right === 'all') return 'all';
  if (right.size === 0) return left;
  return left.size === 0 ? right : new Set([...left, ...right].sort());
}

/** Whether the set holds every required scope. */
export function includes(set: ScopeSet, required: ScopeSet): boolean {
  return (
    ((required.low & ~set.low) | (required.high & ~set.high)) === 0 &&
    includesApi(set.api, required.api)
  );
}

export function includesApi(held: ApiScopes, required: ApiScopes): boolean {
  if (held === 'all') return true;
  return required !== 'all' && (required.size === 0 || required.isSubsetOf(held));
}

/** The required scopes that the set does not hold. */
export function missing(set: ScopeSet, required: ScopeSet): ScopeSet {
  return {
    low: required.low & ~set.low,
    high: required.high & ~set.high,
    api: missingApi(set.api, required.api),
  };
}

function missingApi(held: ApiScopes, required: ApiScopes): ApiScopes {
  if (held === 'all') return NO_API_SCOPES;
  return required === 'all' || required.size === 0 ? required : required.difference(held);
}
