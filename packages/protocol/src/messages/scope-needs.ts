/**
 * What a call needed of the scopes of its key, as the text by which such calls are counted: names of
 * scopes between commas, sorted; then, after a `+` each, those that were only considered; then `?`
 * where a server was shown API scopes; then `*` where any other scope may have mattered.
 */
import { isScope } from '@tollkeeper/contract';

export interface ScopeNeeds {
  /** Without one of them the call would have been refused. */
  readonly required: readonly string[];
  /** Held, and asked for: without one of them it may have been refused, or answered with less. */
  readonly considered: readonly string[];
  /**
   * Whether a server that asked for no API scope was shown those of the key: it may have decided by
   * them, or by `apis.call`.
   */
  readonly isShown: boolean;
  /** Whether any other scope of the key may have mattered too. */
  readonly isOpen: boolean;
}

/** Of a call of which nothing is known. */
export const UNKNOWN_NEEDS = '*';
/** Longer texts are given up: what such a call needed is unknown. */
export const SCOPE_NEEDS_LENGTH_MAX = 1500;
export const SCOPE_NEEDS = new RegExp(`^[a-z0-9_.,+?*-]{0,${SCOPE_NEEDS_LENGTH_MAX}}$`);

const SHOWN = '?';
const CONSIDERED = '+';

export function formatScopeNeeds({
  required,
  considered,
  isShown,
  isOpen,
}: Partial<ScopeNeeds>): string {
  const needed = new Set(required);
  const also = new Set(considered).difference(needed);
  const text = [
    ...[...needed].sort(),
    ...[...also].sort().map((name) => CONSIDERED + name),
    ...(isShown ? [SHOWN] : []),
    ...(isOpen ? [UNKNOWN_NEEDS] : []),
  ].join(',');
  return text.length > SCOPE_NEEDS_LENGTH_MAX ? UNKNOWN_NEEDS : text;
}

/** All is unknown of a text that `formatScopeNeeds` does not make. */
export function parseScopeNeeds(text: string): ScopeNeeds {
  const parts = text === '' ? [] : text.split(',');
  const names = parts.filter((part) => part !== SHOWN && part !== UNKNOWN_NEEDS);
  const considered = names.filter((name) => name.startsWith(CONSIDERED));
  const needs = {
    required: names.filter((name) => !name.startsWith(CONSIDERED)),
    considered: considered.map((name) => name.slice(CONSIDERED.length)),
    isShown: parts.includes(SHOWN),
    isOpen: parts.includes(UNKNOWN_NEEDS),
  };
  const isRead =
    [...needs.required, ...needs.considered].every(isScope) && formatScopeNeeds(needs) === text;
  return isRead ? needs : { required: [], considered: [], isShown: false, isOpen: true };
}
