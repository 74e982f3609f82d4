let taken = '';

/**
 * Moves the token of a set-up link (`/setup#token=…`) from the address bar into memory, where no
 * screenshot, history or bookmark keeps it. Runs before the router reads the address.
 */
export function takeSetupToken(): void {
  if (location.pathname !== '/setup' || location.hash === '') return;
  const token = tokenFrom(location.hash);
  if (token) taken = token;
  history.replaceState(history.state, '', location.pathname + location.search);
}

export function setupToken(): string {
  return taken;
}

/** The token in what a person pasted: the token itself, or the whole link. */
export function tokenFrom(text: string): string {
  const fragment = text.includes('#') ? text.slice(text.indexOf('#') + 1) : text;
  return fragment.includes('=')
    ? (new URLSearchParams(fragment).get('token') ?? '').trim()
    : fragment.trim();
}
