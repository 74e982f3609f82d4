import type { PolicyEffect, PolicySimulation, SimulatedPolicy } from '@tollkeeper/contract';
import { formatCount } from '../../../lib/format.ts';

type Answer = Pick<
  PolicySimulation,
  'code' | 'missingScopes' | 'isPathAmbiguous' | 'policies' | 'wouldDeny'
>;

/** Why the call is answered so, in a sentence. */
export function reasonWords(answer: Answer): string {
  const { code, missingScopes, isPathAmbiguous, policies } = answer;
  const determining = listed(policies.filter(({ determines }) => determines).map(nameOf));
  switch (code) {
    case 'valid':
      return `Permitted by ${determining}.`;
    case 'policy_denied':
      if (determining !== '') return `Forbidden by ${determining}.`;
      return isPathAmbiguous
        ? 'The path can be read in two ways, and a policy asks for it.'
        : 'No policy permits it.';
    case 'insufficient_scope':
      return `The key lacks ${listed(missingScopes)}. Policies are not asked.`;
    default:
      return `${KEY_WORDS[code]} Policies are not asked.`;
  }
}

type KeyCode = Exclude<Answer['code'], 'valid' | 'policy_denied' | 'insufficient_scope'>;

const KEY_WORDS: Readonly<Record<KeyCode, string>> = {
  invalid_key: 'The key does not exist any more.',
  revoked: 'The key was revoked.',
  disabled: 'The key is disabled.',
  expired: 'The key has expired by then.',
  owner_inactive: 'The member who owns the key is suspended.',
  wrong_workspace: 'The key is confined to another workspace.',
  ip_not_allowed: 'The key may not be used from this address.',
  rate_limited: 'The key has made too many calls.',
};

/** Which policies in shadow mode would refuse a call that is allowed. */
export function shadowWords({ policies }: Pick<Answer, 'policies'>): string {
  const refusing = policies.filter(({ mode, effect }) => mode === 'shadow' && effect === 'forbids');
  return `${listed(refusing.map(nameOf))} would refuse it. In shadow mode, nothing is refused.`;
}

/** Which rate limits an allowed call also needs room in. */
export function limitWords({
  limits = [],
  policies,
}: Pick<PolicySimulation, 'limits' | 'policies'>): string {
  const words = limits.map(({ policyId, count, unit, per }) => {
    const policy = policies.find(({ id }) => id === policyId);
    const of = policy ? ` (${nameOf(policy)})` : '';
    return `${formatCount(count)}/${unit} per ${per}${of}`;
  });
  return `The call also needs room in its rate limits: ${listed(words)}. Only gateways know how much is left.`;
}

export const EFFECT_WORDS: Readonly<Record<PolicyEffect, string>> = {
  permits: 'Permits the call',
  forbids: 'Forbids the call',
  does_not_match: 'Does not match',
  errors: 'Fails with an error, and is ignored',
};

export function nameOf({ name, isDraft }: Pick<SimulatedPolicy, 'name' | 'isDraft'>): string {
  return name ?? (isDraft ? 'Your policy' : 'A policy');
}

const EFFECT_ORDER = ['forbids', 'permits', 'errors', 'does_not_match'] as const;

/** What matters first. */
export function byWeight(policies: readonly SimulatedPolicy[]): SimulatedPolicy[] {
  const weightOf = ({ determines, isDraft, effect }: SimulatedPolicy) =>
    (determines ? 0 : 20) + (isDraft ? 0 : 10) + EFFECT_ORDER.indexOf(effect);
  return policies.toSorted((a, b) => weightOf(a) - weightOf(b));
}

const NAMED_MAX = 5;

function listed(names: readonly string[]): string {
  const shown = names.slice(0, NAMED_MAX);
  const more = names.length - shown.length;
  return new Intl.ListFormat('en').format(more > 0 ? [...shown, `${more} more`] : shown);
}
