import { isBuiltInScope, type Scope } from '@tollkeeper/contract';
import { formatScopeNeeds, parseScopeNeeds } from '@tollkeeper/protocol';
import type { ScopeSet } from '@tollkeeper/verify';
import type { UsageCounter } from '../usage/usage-counter.ts';
import type { UsageSubject } from '../usage/usage-row.ts';

/** What a caller may do now. Those of a key note what is asked of them. */
export interface CallerScopes extends ScopeSet {
  readonly record?: ScopeRecord | undefined;
}

/** What one call of a key needs of its scopes, as far as it has come. */
export interface ScopeRecord {
  /** Notes scopes without which the call would be refused. */
  require(scopes: readonly Scope[]): void;
  /** Notes scopes that decide what the call shows or changes. */
  consider(scopes: readonly Scope[]): void;
}

export function withRecord(scopes: ScopeSet, record: ScopeRecord | undefined): CallerScopes {
  return record ? { ...scopes, record } : scopes;
}

/** @param needs with which the call was counted */
export function startScopeRecord(
  usage: UsageCounter,
  subject: UsageSubject,
  atMs: number,
  needs: string,
): ScopeRecord {
  let current = needs;
  const note = (how: How, scopes: readonly Scope[]) => {
    const next = nextNeeds(current, how, scopes);
    if (next === current) return;
    usage.recount(subject, atMs, current, next);
    current = next;
  };
  return {
    require: (scopes) => note('required', scopes),
    consider: (scopes) => note('considered', scopes),
  };
}

type How = 'required' | 'considered';

/** What follows, by what was needed before and a scope: handlers ask for the same ones each time. */
let known = new Map<string, Map<string, string>>();
let knownCount = 0;
/** What callers name makes further ones. */
const KNOWN_MAX = 4096;

function nextNeeds(needs: string, how: How, scopes: readonly Scope[]): string {
  const [only] = scopes;
  // API scopes are many, and so are sets: what follows them is not kept.
  if (scopes.length !== 1 || !only || !isBuiltInScope(only)) return addScopes(needs, how, scopes);
  const name = how === 'required' ? only : `+${only}`;
  const found = known.get(needs)?.get(name);
  if (found !== undefined) return found;
  const next = addScopes(needs, how, scopes);
  if (knownCount >= KNOWN_MAX) {
    known = new Map();
    knownCount = 0;
  }
  known.set(needs, (known.get(needs) ?? new Map<string, string>()).set(name, next));
  knownCount += 1;
  return next;
}

function addScopes(needs: string, how: How, scopes: readonly Scope[]): string {
  const parsed = parseScopeNeeds(needs);
  return formatScopeNeeds({ ...parsed, [how]: [...parsed[how], ...scopes] });
}
