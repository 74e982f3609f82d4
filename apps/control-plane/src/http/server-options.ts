import type { Services } from '../context.ts';
import type { Auth } from '../features/identity/index.ts';
import type { Setup } from '../features/setup/index.ts';
import type { Hub } from '../fleet/index.ts';

/** What the HTTP server needs from the rest. */
export interface ServerOptions {
  readonly services: Services;
  readonly auth: Auth;
  readonly setup: Setup;
  readonly hub: Hub;
  readonly baseUrl: string;
  /** Signs what clients keep for us. */
  readonly secret: string;
  readonly version: string;
  /** Addresses of proxies whose X-Forwarded-For is believed; none by default. */
  readonly trustedProxies: readonly string[];
  /** The built dashboard; without it the pages are left out (tests of the API). */
  readonly dashboardDir: string | undefined;
  /** Stores a job that mails a link to reset a password. */
  readonly queueResetLink: (email: string) => Promise<void>;
  readonly isReady: () => Promise<boolean>;
}
