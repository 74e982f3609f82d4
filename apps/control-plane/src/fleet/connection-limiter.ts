import { networkOf } from '../http/network-of.ts';

/** Limits connections that have not authenticated yet, so that strangers cost little. */
interface ConnectionLimiter {
  /**
   * Where there is no room, the oldest connection that has not sent its hello is closed.
   * @param evict ends the newcomer's own connection, once its place goes to another
   * @returns undefined when none can be closed
   */
  enter(address: string, evict: () => void): PendingConnection | undefined;
}

/** A connection that has not authenticated yet. */
export interface PendingConnection {
  readonly address: string;
  /** To be called when its hello has arrived and is being checked: silent ones are closed before it. */
  markHello(): void;
  /** To be called when it was admitted or has ended. */
  leave(): void;
}

interface LimiterOptions {
  readonly totalMax: number;
  readonly perNetworkMax: number;
  /** How long a connection may keep its place against its own network, to send its hello. */
  readonly graceMs: number;
}

interface Place {
  readonly network: string;
  readonly enteredAt: number;
  readonly evict: () => void;
  hasHello: boolean;
}

/** A fleet that returns from behind one address has its hellos checked in turn, well under a second. */
const LIMITS: LimiterOptions = { totalMax: 1000, perNetworkMax: 100, graceMs: 500 };

/** @param now milliseconds of a clock that only moves forward */
export function createConnectionLimiter(
  { totalMax, perNetworkMax, graceMs }: LimiterOptions = LIMITS,
  now: () => number = () => performance.now(),
): ConnectionLimiter {
  /** The oldest place of each network first. */
  const networks = new Map<string, Set<Place>>();
  let total = 0;

  function remove(place: Place): void {
    const places = networks.get(place.network);
    if (!places?.delete(place)) return;
    total -= 1;
    if (places.size === 0) networks.delete(place.network);
  }

  function makeRoom(network: string): boolean {
    const own = networks.get(network)?.size ?? 0;
    if (own < perNetworkMax && total < totalMax) return true;
    const places = own < perNetworkMax ? largest(networks.values()) : networks.get(network);
    const place = places && oldestOf(places);
    if (!places || !place) return false;
    // Networks with fewer pending connections go first. Among equals a pending first gets the time to say hello.
    const isYoung = now() - place.enteredAt < graceMs;
    if (isYoung && places.size <= own + 1) return false;
    remove(place);
    place.evict();
    return true;
  }

  return {
    enter(address, evict) {
      const network = networkOf(address);
      if (!makeRoom(network)) return undefined;
      const place: Place = { network, enteredAt: now(), evict, hasHello: false };
      const places = networks.get(network) ?? new Set();
      networks.set(network, places.add(place));
      total += 1;
      return {
        address,
        markHello() {
          place.hasHello = true;
        },
        leave: () => remove(place),
      };
    },
  };
}

function largest(networks: Iterable<Set<Place>>): Set<Place> | undefined {
  let found: Set<Place> | undefined;
  for (const places of networks) if (places.size > (found?.size ?? 0)) found = places;
  return found;
}

function oldestOf(places: Set<Place>): Place | undefined {
  const [first] = places;
  for (const place of places) if (!place.hasHello) return place;
  return first;
}
