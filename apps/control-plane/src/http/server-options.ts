import type { Services } from '../context.ts';
import type { Auth } from '../features/identity/index.ts';
import type { Setup } from '../features/setup/index.ts';
import type { Hub } from '../fleet/index.ts';
import type { RefusalCounter } from './refused-calls.ts';

/** What the HTTP server needs from the rest. */
export interface ServerOptions {
  readonly services: Services;
  readonly auth: Auth;
  readonly setup: Setup;
  readonly hub: Hub;
  readonly refusals: RefusalCounter;
  readonly baseUrl: string;
  /** Signs what clients keep for us. */
  readonly secret: string;
  readonly version: string;
  /** Addresses of proxies whose X-Forwarded-For is believed; none by default. */
  readonly trustedProxies: readonly string[];
  /** The built dashboard; without it the pages are left out (tests of the API). */
  readonly dashboardDir: string | undefined;
  readonly isReady: () => Promise<boolean>;
}

/** The path of the base URL, without a slash at its end: empty where the server has a host of its own. */
export function basePathOf(baseUrl: string): string {
  return new URL(baseUrl).pathname.replace(/\/+$/, '');
}

/**
 * The address without the base path. A proxy may leave it in or take it out: the server answers at
 * both.
 */
export function withoutBasePath(url: string, basePath: string): string {
  if (!url.startsWith(basePath)) return url;
  const rest = url.slice(basePath.length);
  if (rest.startsWith('/')) return rest;
  return rest === '' || rest.startsWith('?') ? `/${rest}` : url;
}
