import { DECISION_CODES, type DecisionCode } from '@tollkeeper/contract';
import type { DecidedCall, NoKeys } from '../fleet.ts';
import type { CallFacts } from './call-decision.ts';

const NO_POLICIES: readonly string[] = [];
const CODES: ReadonlySet<string> = new Set(DECISION_CODES);

/**
 * What is counted of a decided call; undefined where nothing is known of it.
 * @param refusedBy policies in shadow mode that would have refused it
 */
export function decidedCall(
  code: DecisionCode | NoKeys,
  call: CallFacts | undefined,
  refusedBy = NO_POLICIES,
): DecidedCall | undefined {
  if (!call || !isDecision(code)) return undefined;
  const { method, routePath } = call;
  return { code, method, routePath, refusedBy: code === 'valid' ? refusedBy : NO_POLICIES };
}

function isDecision(code: DecisionCode | NoKeys): code is DecisionCode {
  return CODES.has(code);
}
