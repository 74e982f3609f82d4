/** What keys may do, what of it they used, and a smaller set of scopes that would have been enough. */

export { PERIOD_DAYS, readScopeUses, type ScopeUse } from './read-scope-uses.ts';
