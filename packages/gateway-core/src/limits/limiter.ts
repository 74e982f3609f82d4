import type { Claim } from '@tollkeeper/verify';
import type { Room } from './counters.ts';

/** Where the counters are: in this process, in another one, or in a store that a fleet shares. */
export interface Limiter {
  /**
   * Takes from all counters of a call, or, where one has no room, from none. Rejects where nothing is
   * known of them: the call is refused then.
   */
  take(claims: readonly Claim[]): Room | Promise<Room>;
}
