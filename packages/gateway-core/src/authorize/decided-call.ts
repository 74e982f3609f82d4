import { DECISION_CODES, type DecisionCode } from '@tollkeeper/contract';
import {
  type CallDecision,
  callNeeds,
  type PolicySecret,
  type ScopeSet,
  scopeSet,
  scopesConsidered,
} from '@tollkeeper/verify';
import type { DecidedCall, NoKeys, WorkspaceKeys } from '../fleet.ts';
import type { CallFacts } from './call-decision.ts';

/** What every call needs. */
export const CALL = scopeSet(['apis.call']);

const NO_POLICIES: readonly string[] = [];
const CODES: ReadonlySet<string> = new Set(DECISION_CODES);

/**
 * What is counted of a decided call; undefined where nothing is known of it.
 * @param refusedBy policies in shadow mode that would have refused it
 * @param needs what it needed of the scopes of its key
 */
export function decidedCall(
  code: DecisionCode | NoKeys,
  call: CallFacts | undefined,
  refusedBy = NO_POLICIES,
  needs?: string,
): DecidedCall | undefined {
  if (!isDecision(code)) return undefined;
  const { method = '', routePath = '' } = call ?? {};
  if (code !== 'valid') return call && { code, method, routePath, refusedBy: NO_POLICIES };
  return { code, method, routePath, refusedBy, needs };
}

/**
 * What an accepted call needed of the scopes of its key. Policies that were not evaluated asked nothing.
 * @param required of its route; the same object each time
 */
export function recordedNeeds(
  keys: WorkspaceKeys,
  secret: PolicySecret,
  required: ScopeSet,
  { enforced }: CallDecision,
): string {
  return callNeeds(required, CALL, enforced && scopesConsidered(keys.index, secret, keys));
}

function isDecision(code: DecisionCode | NoKeys): code is DecisionCode {
  return CODES.has(code);
}
