/** The path of the server's base URL, without a slash at its end; the server writes it into the page. */
export const basePath = metaContent('base-path');

/** The origin of the server's base URL; empty if the server did not write it into the page. */
export function baseUrlOrigin(): string {
  return metaContent('base-origin');
}

function metaContent(name: string): string {
  const selector = `meta[name="${name}"]`;
  return globalThis.document?.querySelector<HTMLMetaElement>(selector)?.content ?? '';
}

/** The address of the server as people write it down. */
export function serverUrl(): string {
  return location.origin + basePath;
}

const ORIGIN = 'http://same-site.invalid';

/**
 * Where to go after signing in: the path that was asked for, if it is one of this site's pages.
 * Anything that could lead to another site ("//host", "/\host", "https:…") becomes the home page.
 */
export function returnPath(from: unknown): string {
  if (typeof from !== 'string' || !from.startsWith('/')) return '/';
  const url = URL.parse(from, ORIGIN);
  if (url?.origin !== ORIGIN) return '/';
  if (/^\/(sign-in|setup|api|v1)(\/|$)/.test(url.pathname)) return '/';
  return url.pathname + url.search;
}

/** The pages that links with a token lead to. */
const LINK_PATHS = ['/setup', '/accept-invitation', '/reset-password'] as const;
type LinkPath = (typeof LINK_PATHS)[number];

const taken = new Map<LinkPath, string>();

/**
 * Moves the token of a link (`/setup#token=…`) from the address bar into memory, where no
 * screenshot, history or bookmark keeps it. Runs before the router reads the address.
 */
export function takeFragmentToken(): void {
  // Another link to the same page differs in its fragment only: the browser does not load it anew.
  addEventListener('hashchange', () => {
    if (linkPath()) location.reload();
  });
  const path = linkPath();
  if (!path) return;
  const token = tokenFrom(location.hash);
  if (token) taken.set(path, token);
  history.replaceState(history.state, '', location.pathname + location.search);
}

/** The page that the address leads to, if the address is that of a link with a token. */
function linkPath(): LinkPath | undefined {
  if (location.hash === '') return undefined;
  return LINK_PATHS.find((path) => location.pathname === basePath + path);
}

/** The token that the link of that page held; '' is none. */
export function fragmentToken(path: LinkPath): string {
  return taken.get(path) ?? '';
}

/** Once it is used. */
export function forgetFragmentToken(path: LinkPath): void {
  taken.delete(path);
}

/** The token in what a person pasted: the token itself, or the whole link. */
export function tokenFrom(text: string): string {
  const fragment = text.includes('#') ? text.slice(text.indexOf('#') + 1) : text;
  return fragment.includes('=')
    ? (new URLSearchParams(fragment).get('token') ?? '').trim()
    : fragment.trim();
}
