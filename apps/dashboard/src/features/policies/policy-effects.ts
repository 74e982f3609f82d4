import type { PolicySummary } from '@tollkeeper/contract';

/** What kinds of statements a policy has. */
export interface PolicyEffects {
  readonly permits: boolean;
  readonly forbids: boolean;
}

export function effectsOf(text: string): PolicyEffects {
  const bare = text.replace(/"(?:[^"\\]|\\.)*"|\/\/.*/g, ' ');
  return { permits: /\bpermit\s*\(/.test(bare), forbids: /\bforbid\s*\(/.test(bare) };
}

/** Whether the policy takes part in decisions. */
export function isInForce({ status, mode }: Pick<PolicySummary, 'status' | 'mode'>): boolean {
  return status === 'enabled' && mode === 'enforce';
}

export type PolicyChange = 'enable' | 'disable' | 'delete';

/** What happens to requests once the change is made, in sentences. */
export function changeWords(
  change: PolicyChange,
  policy: Pick<PolicySummary, 'status' | 'mode'>,
  { permits, forbids }: PolicyEffects,
): string {
  const end = change === 'delete' ? ' Its versions are deleted too. You cannot undo this.' : '';
  if (change !== 'enable' && policy.status === 'disabled') {
    return `It is disabled, so decisions stay as they are.${end}`;
  }
  if (policy.mode === 'shadow') {
    const counted = change === 'enable' ? 'It is evaluated and counted' : 'It is no longer counted';
    return `${counted}. It is in shadow mode, so decisions stay as they are.${end}`;
  }
  const words = change === 'enable' ? ENABLE_WORDS : STOP_WORDS;
  const parts = [permits ? words.permits : '', forbids ? words.forbids : ''].filter(Boolean);
  return `${parts.join(' ')}${end}`.trim();
}

const ENABLE_WORDS = {
  permits: 'Requests that it permits are allowed, unless another policy forbids them.',
  forbids: 'Requests that it forbids are refused, whatever other policies permit.',
};

const STOP_WORDS = {
  permits: 'Requests that no other policy permits are refused.',
  forbids: 'Requests that no other policy forbids are allowed, if a policy permits them.',
};
