import { createKeyIndex, type KeyIndex } from '@tollkeeper/verify';
import { applyPart } from '../wire/apply-part.ts';

/**
 * Whoever decides with the keys. It hears of frames that are verified and in order only. What its
 * promises settle for, every decision from then on is made with: the version is acknowledged after.
 */
export interface Follower {
  /**
   * A set of keys beside the one in use, to be filled from nothing.
   * @param bytes about how many its parts will have, where that is known
   */
  begin(bytes?: number): Promise<KeysDraft>;
  /** Changes the keys in use. @param version that they are at afterwards */
  apply(part: Uint8Array, version: number): Promise<void>;
  /** Forgets the keys: nothing is let through. */
  clear(): Promise<void>;
  /** Forgets them for good: the instance is no longer of the fleet. */
  remove(): Promise<void>;
}

export interface KeysDraft {
  add(part: Uint8Array): Promise<void>;
  /**
   * From now on these are the keys in use. A draft that is dropped needs no call.
   * @param version that they are at
   */
  use(version: number): Promise<void>;
}

export interface IndexFollower extends Follower {
  /** The keys in use; undefined before there are any. */
  index(): KeyIndex | undefined;
}

/** What a key takes in a part, at least: its hash, its id and a short name. */
const KEY_BYTES = 80;

/** Keeps the keys in this process. */
export function createIndexFollower(organizationId: string): IndexFollower {
  let current: KeyIndex | undefined;
  return {
    index: () => current,
    async begin(bytes = 0) {
      const draft = createKeyIndex(Math.floor(bytes / KEY_BYTES));
      return {
        async add(part) {
          applyPart(draft, organizationId, part);
        },
        async use() {
          current = draft;
        },
      };
    },
    async apply(part) {
      if (!current) throw new Error('There are no keys to change');
      applyPart(current, organizationId, part);
    },
    async clear() {
      current = undefined;
    },
    async remove() {
      current = undefined;
    },
  };
}
