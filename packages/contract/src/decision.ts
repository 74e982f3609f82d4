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

type Refusal = Exclude<DecisionCode, 'valid'>;

/** A malformed and an unknown key look the same here too. */
const DETAILS: Readonly<Record<Exclude<Refusal, 'insufficient_scope'>, string>> = {
  malformed: 'The API key is not valid. Check that it was copied whole.',
  not_found: 'The API key is not valid. Check that it was copied whole.',
  revoked: 'The API key was revoked. Use another one.',
  disabled: 'The API key is disabled. Someone with api_keys.revoke can enable it.',
  expired: 'The API key has expired. Create a new one.',
  owner_inactive: 'The member who owns the API key is suspended. Ask an admin.',
  wrong_workspace: 'The API key is confined to another workspace.',
  ip_not_allowed: 'The API key may not be used from this address.',
  policy_denied: 'The policies do not allow this request.',
  rate_limited: 'Too many requests with this API key. Slow down.',
};

/** What a refusal says to a person. @param missing scopes, for insufficient_scope */
export function decisionDetail(code: Refusal, missing: readonly string[]): string {
  if (code !== 'insufficient_scope') return DETAILS[code];
  const names = missing.map((scope) => `"${scope}"`).join(', ');
  const scopes = missing.length > 1 ? 'scopes' : 'scope';
  return `This needs the ${scopes} ${names}, which the API key does not hold now. Use a key that has ${missing.length > 1 ? 'them' : 'it'}.`;
}
