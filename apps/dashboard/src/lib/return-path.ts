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
