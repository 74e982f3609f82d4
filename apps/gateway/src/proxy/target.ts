import type { Pool } from 'undici';

/** Where requests go. */
export interface Target {
  readonly url: URL;
  /** Name and port, as in Host. */
  readonly host: string;
  /** What goes before the paths of requests. */
  readonly base: string;
  readonly pool: Pool;
}

/** With what each request needs of the address: to read it from a URL each time takes longer. */
export function createTarget(url: URL, pool: Pool): Target {
  return { url, host: url.host, base: basePath(url), pool };
}

export function basePath({ pathname }: URL): string {
  return pathname.endsWith('/') ? pathname.slice(0, -1) : pathname;
}
