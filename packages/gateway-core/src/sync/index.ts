/** Keeps a gateway's keys in step with its workspace: verifies, stores, applies and acknowledges what arrives, in order. */

export { type Confirmed, createFreshness, type Freshness, isFresh, momentOf } from './freshness.ts';
export {
  createIndexStore,
  type IndexStore,
  type KeyStore,
  type KeysDraft,
} from './key-store.ts';
export type { Place } from './order.ts';
export { readStored } from './read-stored.ts';
export { Rejection } from './rejection.ts';
export { requirePart } from './require-part.ts';
export { createSnapshotSync, type SnapshotSync } from './snapshot-sync.ts';
