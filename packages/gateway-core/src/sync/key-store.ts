import { createKeyIndex, type KeyIndex } from '@tollkeeper/verify';
import { applyPartInSteps } from './apply-part.ts';

/**
 * The keys that decisions are made with. It receives only parts that were verified and are in order.
 * Once a promise of it resolves, every decision is made with what it stored, so that the version can
 * be acknowledged.
 */
export interface KeyStore {
  /**
   * A set of keys beside the one in use, to be filled from nothing.
   * @param bytes about how many its parts will have, where that is known
   */
  begin(bytes?: number): Promise<KeysDraft>;
  /** Changes the keys in use. @param version that they are at afterwards */
  apply(part: Uint8Array, version: number): Promise<void>;
  /** Drops the keys: every request is denied. */
  clear(): Promise<void>;
  /** Drops them for good: the instance was removed from the fleet. */
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

export interface IndexStore extends KeyStore {
  /** The keys in use; undefined before there are any. */
  index(): KeyIndex | undefined;
}

/** Least bytes that a key takes in a part: its hash, its id and a short name. */
const KEY_BYTES = 80;

/** Keeps the keys in this process, which serves requests while it compiles policies. */
export function createIndexStore(organizationId: string): IndexStore {
  let current: KeyIndex | undefined;
  return {
    index: () => current,
    async begin(bytes = 0) {
      const draft = createKeyIndex(Math.floor(bytes / KEY_BYTES));
      return {
        async add(part) {
          await applyPartInSteps(draft, organizationId, part);
        },
        async use() {
          current = draft;
        },
      };
    },
    async apply(part) {
      if (!current) throw new Error('There are no keys to change');
      await applyPartInSteps(current, organizationId, part);
    },
    async clear() {
      current = undefined;
    },
    async remove() {
      current = undefined;
    },
  };
}
