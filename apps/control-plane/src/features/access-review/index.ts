/** What keys may do, what of it they used, and a smaller set of scopes that would have been enough. */

export { getAccessReview } from './get-access-review.ts';
export { listAccessReviews } from './list-access-reviews.ts';
export { readScopeUses, type ScopeUse } from './read-scope-uses.ts';
export { replayScopes } from './replay-scopes.ts';
