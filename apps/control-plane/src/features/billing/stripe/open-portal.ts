import type { Ctx } from '../../../context.ts';
import { DomainError } from '../../../domain-error.ts';
import { askStripe } from '../../../payments/ask-stripe.ts';
import { requireStripe } from '../../../payments/stripe-account.ts';
import { write } from '../../../write/write.ts';
import { requireRecentSignIn } from '../../identity/index.ts';
import { lockTerms } from '../plan-terms.ts';
import { unlessGone } from './customer-at-stripe.ts';
import { findUsableCustomer } from './customer-of.ts';

/**
 * The page of Stripe where payment methods are changed and a subscription is canceled. What is done there,
 * Stripe does not attribute to a member: that somebody opened it is recorded before it is made.
 * @throws DomainError invalid_state, recent_sign_in_required, unavailable
 */
export async function openPortal(ctx: Ctx): Promise<string> {
  const { services, organizationId } = ctx;
  const stripe = requireStripe(services);
  const bound = await findUsableCustomer(services, organizationId);
  if (!bound) throw nothingToManage();
  const { customerId: customer } = bound;
  await recordOpening(ctx, customer);
  const params = { customer, return_url: `${services.baseUrl}/billing` };
  const open = () => stripe.client.billingPortal.sessions.create(params);
  const session = await askStripe(() => unlessGone(stripe, customer, open));
  if (!session) throw nothingToManage();
  return session.url;
}

function nothingToManage(): DomainError {
  return new DomainError(
    'invalid_state',
    'There is no subscription yet. Choose a plan first; the portal then holds its payment method and invoices.',
  );
}

function recordOpening(ctx: Ctx, customerId: string): Promise<undefined> {
  const spec = { scope: 'billing.manage', action: 'billing.open_portal' } as const;
  return write<undefined>(ctx, spec, async (tx, confirmed) => {
    await requireRecentSignIn(confirmed, tx);
    const { organizationId } = confirmed;
    const { name } = await lockTerms(tx, organizationId);
    return {
      result: undefined,
      target: { type: 'organization', id: organizationId, name },
      before: null,
      after: { customerId },
      changes: [],
    };
  });
}
