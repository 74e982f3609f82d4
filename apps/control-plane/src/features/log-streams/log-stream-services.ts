import type { KeyObject } from 'node:crypto';

/** Names the key that encrypts the secrets of destinations in the database. */
export const LOG_STREAM_KEY_INFO = 'tollkeeper log stream secrets 1';

/** What log streams need beside what every verb works with. */
export interface LogStreamServices {
  /** Encrypts the secrets of destinations in the database. */
  readonly storedKey: KeyObject;
  /** Begins to deliver soon, where nothing was to be delivered so far. */
  readonly wake: () => void;
}
