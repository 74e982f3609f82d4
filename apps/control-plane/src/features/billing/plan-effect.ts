import { PLAN_KEYS_MAX, type Plan } from '@tollkeeper/contract';
import type { PlanTerms } from './plan-terms.ts';

type CurrentTerms = Pick<PlanTerms, 'plan' | 'keysMax' | 'until'>;

/** What changing to the plan would do now, in sentences that a person reads before it is done. */
export function planEffect(plan: Plan, current: CurrentTerms, used: number): string {
  if (plan === current.plan) return 'This is your plan now.';
  const sentences = [keysSentence(plan, used)];
  if (current.keysMax !== null) {
    sentences.push(
      `The limit of ${counted(current.keysMax)} that the operator set for you no longer applies.`,
    );
  }
  if (current.until !== null) sentences.push('The new plan has no end date.');
  return sentences.join(' ');
}

function keysSentence(plan: Plan, used: number): string {
  const name = capitalized(plan);
  const max = PLAN_KEYS_MAX[plan];
  const have = used === 0 ? 'you have none' : `you have ${used}`;
  if (max === null) return `${name} has no limit of keys, and ${have}.`;
  const allows = `${name} allows ${counted(max)} and ${have}.`;
  if (used < max) return `${allows} You can create ${max - used} more.`;
  const gone = used - max + 1;
  const works = used === 1 ? 'It keeps working' : `All ${used} keep working`;
  return `${allows} ${works}; you cannot create more until ${gone} ${gone === 1 ? 'is' : 'are'} gone.`;
}

function counted(keys: number): string {
  return keys === 1 ? '1 key' : `${keys} keys`;
}

export function capitalized(plan: Plan): string {
  return plan[0]?.toUpperCase() + plan.slice(1);
}
