import type { KeyObject } from 'node:crypto';

/** What notifications need beside what every verb works with. */
export interface NotificationServices {
  /** Authenticates the links in mails that stop them. */
  readonly unsubscribeKey: KeyObject;
}
