import type { KeyObject } from 'node:crypto';

/** What webhooks need beside what every verb works with. */
export interface WebhookServices {
  /** Encrypts signing secrets in the database. */
  readonly storedKey: KeyObject;
  /** Begins to deliver soon, where nothing was to be delivered so far. */
  readonly wake: () => void;
}
