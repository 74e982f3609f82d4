import { formatScopeNeeds } from '@tollkeeper/protocol';
import { type ScopeSet, scopeNames } from './scope-set.ts';

/** What policies ask about the scopes of a key, as far as the key has them. */
export interface ConsideredScopes {
  readonly names: readonly string[];
  /** Whether a policy asks for more than single scopes, so that each of them may matter. */
  readonly isOpen: boolean;
  /** Needs of calls, by what their routes require: made once. */
  readonly needs: NeedsByRequired;
}

/** By the very object, of which a route has one. */
type NeedsByRequired = WeakMap<ScopeSet, Needs>;

/** Of calls that need these scopes besides. */
interface Needs {
  readonly always: ScopeSet;
  readonly text: string;
}

const withoutPolicies = new WeakMap<ScopeSet, string>();

/** What a request needed of the scopes of its key, where nobody else is shown them. */
export function requestNeeds(required: ScopeSet): string {
  const known = withoutPolicies.get(required);
  if (known !== undefined) return known;
  const needs = formatScopeNeeds({ required: scopeNames(required) });
  withoutPolicies.set(required, needs);
  return needs;
}

const shownNeeds: NeedsByRequired = new WeakMap();

/**
 * What a call needed of the scopes of its key, where the server behind is shown them: one whose route
 * requires no API scope may decide by them itself.
 * @param required of the route; the same object each time
 * @param always what each call needs besides; the same object each time
 */
export function callNeeds(
  required: ScopeSet,
  always: ScopeSet,
  considered: ConsideredScopes | undefined,
): string {
  const made = considered?.needs ?? shownNeeds;
  const known = made.get(required);
  if (known?.always === always) return known.text;
  const text = formatScopeNeeds({
    required: [...scopeNames(required), ...scopeNames(always)],
    considered: considered?.names ?? [],
    isShown: required.api !== 'all' && required.api.size === 0,
    isOpen: considered?.isOpen ?? false,
  });
  made.set(required, { always, text });
  return text;
}
