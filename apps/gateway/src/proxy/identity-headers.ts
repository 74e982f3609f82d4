import type { Accepted } from '@tollkeeper/gateway-core';
import { hasApiScopes, type ScopeSet, scopeNames } from '@tollkeeper/verify';

/** Sets of scopes are few; this many are kept as texts. */
const SCOPE_TEXTS_MAX = 10_000;
const scopeTexts = new Map<number, string>();

/** For other proxies, of a request without a key: empty, in place of what its client claims. */
export const NOBODY: readonly string[] = [
  ...['X-Tollkeeper-Key-Id', '', 'X-Tollkeeper-Key-Name', '', 'X-Tollkeeper-Organization-Id', ''],
  ...['X-Tollkeeper-Member-Id', '', 'X-Tollkeeper-Scopes', '', 'X-Tollkeeper-Workspace-Id', ''],
];

/** Whose call it is, for the upstream: names and values in turn, appended. */
export function addIdentityHeaders(headers: string[], { key, scopes }: Accepted): void {
  headers.push(
    'X-Tollkeeper-Key-Id',
    key.keyId,
    'X-Tollkeeper-Key-Name',
    headerText(key.name),
    'X-Tollkeeper-Organization-Id',
    key.organizationId,
    'X-Tollkeeper-Member-Id',
    key.ownerId,
    'X-Tollkeeper-Scopes',
    scopesText(scopes),
  );
  if (key.workspaceId !== null) headers.push('X-Tollkeeper-Workspace-Id', key.workspaceId);
}

/** As it is where it is visible ASCII without `%`, else percent-encoded UTF-8. */
function headerText(text: string): string {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 32 || code > 126 || code === 37) return encodeURIComponent(text.toWellFormed());
  }
  return text;
}

/**
 * Names separated by spaces. Sets of built-in scopes are kept: the catalog is shorter than 53 bits, so
 * both masks make one number.
 */
function scopesText(scopes: ScopeSet): string {
  if (hasApiScopes(scopes)) return scopeNames(scopes).join(' ');
  const bits = scopes.high * 2 ** 32 + (scopes.low >>> 0);
  const known = scopeTexts.get(bits);
  if (known !== undefined) return known;
  const text = scopeNames(scopes).join(' ');
  if (scopeTexts.size >= SCOPE_TEXTS_MAX) scopeTexts.clear();
  scopeTexts.set(bits, text);
  return text;
}
