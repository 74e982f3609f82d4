/** How many connections may stand before they have proven who they are: strangers cost little. */
export interface Entrance {
  /** Undefined when there is no room. */
  enter(address: string): { leave(): void } | undefined;
}

const TOTAL_MAX = 2000;
/** A whole fleet may come back at once from behind one address. */
const PER_ADDRESS_MAX = 1000;

export function createEntrance(totalMax = TOTAL_MAX, perAddressMax = PER_ADDRESS_MAX): Entrance {
  const counts = new Map<string, number>();
  let total = 0;
  return {
    enter(address) {
      const count = counts.get(address) ?? 0;
      if (total >= totalMax || count >= perAddressMax) return undefined;
      total += 1;
      counts.set(address, count + 1);
      let left = false;
      return {
        leave() {
          if (left) return;
          left = true;
          total -= 1;
          const rest = (counts.get(address) ?? 1) - 1;
          if (rest > 0) counts.set(address, rest);
          else counts.delete(address);
        },
      };
    },
  };
}
