/** What there is too little of: room for one key, or for all. */
export type Shortage = 'key' | 'total';

/** How many bytes of bodies this process holds while it inspects them, which have a bound in total. */
export interface BodyMemory {
  /** @param bytesMax of one body of this key, where it calls now */
  ofKey(keyId: string, bytesMax: number): KeyMemory;
  used(): number;
}

/** The part of one key, so that no key takes the memory of all others. */
export interface KeyMemory {
  /** @returns why there is no room for so many more; undefined if they were taken */
  take(bytes: number): Shortage | undefined;
  give(bytes: number): void;
}

/** Of the whole, for one key. */
const KEY_SHARE = 1 / 4;
/** A message to an MCP server, and the list of tools that answers it. */
const BODIES_MIN = 2;

/** @param totalMax in bytes, read each time: a reload may change it */
export function createBodyMemory(totalMax: () => number): BodyMemory {
  let used = 0;
  /** Keys without a body are not in it, so that it never outgrows the connections. */
  const byKey = new Map<string, number>();
  const add = (keyId: string, bytes: number) => {
    used += bytes;
    const ofKey = (byKey.get(keyId) ?? 0) + bytes;
    if (ofKey > 0) byKey.set(keyId, ofKey);
    else byKey.delete(keyId);
  };
  return {
    ofKey: (keyId, bytesMax) => ({
      take(bytes) {
        const keyMax = Math.max(totalMax() * KEY_SHARE, BODIES_MIN * bytesMax);
        if (used + bytes > totalMax()) return 'total';
        if ((byKey.get(keyId) ?? 0) + bytes > keyMax) return 'key';
        add(keyId, bytes);
        return undefined;
      },
      give: (bytes) => add(keyId, -bytes),
    }),
    used: () => used,
  };
}
