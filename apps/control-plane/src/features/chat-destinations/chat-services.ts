import type { KeyObject } from 'node:crypto';

/** Names the key that encrypts the URLs of chat destinations in the database. */
export const CHAT_KEY_INFO = 'tollkeeper chat destination urls 1';

/** What chat destinations need beside what every verb works with. */
export interface ChatServices {
  /** Encrypts the URLs of destinations in the database. */
  readonly storedKey: KeyObject;
  /** Begins to deliver soon, where nothing was to be delivered so far. */
  readonly wake: () => void;
}
