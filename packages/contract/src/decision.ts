const KNOWN_KEY_CODES = [
  'revoked',
  'disabled',
  'expired',
  'owner_inactive',
  'wrong_workspace',
  'ip_not_allowed',
  'insufficient_scope',
  'policy_denied',
  'rate_limited',
  'valid',
] as const;

/** Why a request is let through or refused, in the order in which the reasons are tried. */
export const DECISION_CODES = ['malformed', 'not_found', ...KNOWN_KEY_CODES] as const;
export type DecisionCode = (typeof DECISION_CODES)[number];

/** What the outside sees: a malformed and an unknown key look the same. */
export const PUBLIC_DECISION_CODES = ['invalid_key', ...KNOWN_KEY_CODES] as const;
export type PublicDecisionCode = (typeof PUBLIC_DECISION_CODES)[number];

export function publicDecisionCode(code: DecisionCode): PublicDecisionCode {
  return code === 'malformed' || code === 'not_found' ? 'invalid_key' : code;
}
