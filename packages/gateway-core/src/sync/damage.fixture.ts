/** For tests: damage that is the same for the same seed. */
export function createDamage(seed: number): {
  damage(bytes: Uint8Array): Uint8Array;
  next(below: number): number;
} {
  let state = seed >>> 0;
  /** mulberry32 */
  const next = (below: number) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
  return {
    next,
    damage(bytes) {
      const at = next(bytes.length);
      switch (next(4)) {
        case 0:
          return bytes.slice(0, at);
        case 1:
          return Buffer.concat([
            bytes.subarray(0, at),
            bytes.subarray(Math.min(bytes.length, at + 1 + next(16))),
          ]);
        case 2:
          return Buffer.concat([
            bytes.subarray(0, at),
            Buffer.alloc(1 + next(16), next(256)),
            bytes.subarray(at),
          ]);
        default: {
          const flipped = Buffer.from(bytes);
          for (let flips = 1 + next(4); flips > 0; flips--) {
            const position = next(bytes.length);
            flipped[position] = (flipped[position] ?? 0) ^ (1 << next(8));
          }
          return flipped;
        }
      }
    },
  };
}
