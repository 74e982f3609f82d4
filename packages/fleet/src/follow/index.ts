/** Follows the keys of a workspace: what came, in order, verified, stored, applied, acknowledged. */
export { createFollow, type Follow } from './follow.ts';
export {
  createIndexFollower,
  type Follower,
  type IndexFollower,
  type KeysDraft,
} from './follower.ts';
export { type Confirmed, createFreshness, type Freshness, isFresh, momentOf } from './freshness.ts';
export type { Place } from './order.ts';
export { readStored } from './read-stored.ts';
export { Rejection } from './rejection.ts';
