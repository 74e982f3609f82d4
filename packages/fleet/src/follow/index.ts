/** Follows the keys of a workspace: what came, in order, verified, stored, applied, acknowledged. */
export { createFollow, type Follow } from './follow.ts';
export {
  createIndexFollower,
  type Follower,
  type IndexFollower,
  type KeysDraft,
} from './follower.ts';
export { createFreshness, type Freshness } from './freshness.ts';
export { Rejection } from './rejection.ts';
