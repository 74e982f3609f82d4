/** How many bytes of bodies this process holds while it inspects them, which have a bound in total. */
export interface BodyMemory {
  /** @returns false if there is no room for so many more */
  take(bytes: number): boolean;
  give(bytes: number): void;
  used(): number;
}

/** @param bytesMax read each time: a reload may change it */
export function createBodyMemory(bytesMax: () => number): BodyMemory {
  let used = 0;
  return {
    take(bytes) {
      if (used + bytes > bytesMax()) return false;
      used += bytes;
      return true;
    },
    give(bytes) {
      used -= bytes;
    },
    used: () => used,
  };
}
