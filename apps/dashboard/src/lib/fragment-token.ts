import { basePath } from './base-path.ts';

const taken = new Map<string, string>();

/**
 * Moves the token of a link (`/setup#token=…`) from the address bar into memory, where no
 * screenshot, history or bookmark keeps it. Runs before the router reads the address.
 */
export function takeFragmentToken(path: string): void {
  if (location.pathname !== basePath + path || location.hash === '') return;
  const token = tokenFrom(location.hash);
  if (token) taken.set(path, token);
  history.replaceState(history.state, '', location.pathname + location.search);
}

/** The token that the link of that page held; '' is none. */
export function fragmentToken(path: string): string {
  return taken.get(path) ?? '';
}

/** Once it is used. */
export function forgetFragmentToken(path: string): void {
  taken.delete(path);
}

/** The token in what a person pasted: the token itself, or the whole link. */
export function tokenFrom(text: string): string {
  const fragment = text.includes('#') ? text.slice(text.indexOf('#') + 1) : text;
  return fragment.includes('=')
    ? (new URLSearchParams(fragment).get('token') ?? '').trim()
    : fragment.trim();
}
