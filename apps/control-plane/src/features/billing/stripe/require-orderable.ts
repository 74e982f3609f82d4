import type { Plan } from '@tollkeeper/contract';
import { DomainError } from '../../../domain-error.ts';
import type { StripeAccount } from '../../../payments/stripe-account.ts';
import type { FoundSubscription } from './find-subscriptions.ts';
import { isFailing } from './subscription-plan.ts';

interface Orderable {
  readonly price: string;
  /** Undefined where the plan begins with a checkout. */
  readonly current: FoundSubscription | undefined;
}

/**
 * What a plan that is paid would be ordered by. A preview says what keeps it from being ordered, as the
 * order does.
 * @param live what the organization is subscribed to
 * @throws DomainError invalid_state
 */
export function requireOrderable(
  { config }: StripeAccount,
  plan: Plan,
  live: readonly FoundSubscription[],
): Orderable {
  const [price] = config.prices.get(plan) ?? [];
  if (price === undefined) {
    throw new DomainError(
      'invalid_state',
      `The plan "${plan}" cannot be bought here. Ask the operator of the server for it.`,
    );
  }
  const [current, another] = live;
  if (another) {
    throw new DomainError(
      'invalid_state',
      `You have ${live.length} subscriptions. End all but one in the portal, and try again.`,
    );
  }
  if (current && (isFailing(current) || current.status === 'paused')) throw paymentDue();
  return { price, current };
}

/** Whether the plan has a price that is offered. */
export function isSold({ config }: StripeAccount, plan: Plan): boolean {
  return config.prices.has(plan);
}

/**
 * The subscriptions that choosing Free would end. A preview says why there are none, as the order does.
 * @throws DomainError invalid_state
 */
export function requireEnding(live: readonly FoundSubscription[]): FoundSubscription[] {
  const going = live.filter(({ cancelAt }) => cancelAt === null);
  if (going.length > 0) return going;
  throw new DomainError(
    'invalid_state',
    live.length === 0
      ? 'No subscription is running that could end. A plan that the operator of the server set is the operator’s to change.'
      : 'The subscription ends already. Choose its plan again to keep it.',
  );
}

export function paymentDue(): DomainError {
  return new DomainError(
    'invalid_state',
    'A payment is due for the subscription. Pay it in the portal, and try again.',
  );
}
