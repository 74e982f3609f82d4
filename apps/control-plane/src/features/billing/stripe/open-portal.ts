import type { Ctx } from '../../../context.ts';
import { DomainError } from '../../../domain-error.ts';
import { askStripe } from '../../../payments/ask-stripe.ts';
import { requireStripe } from '../../../payments/stripe-account.ts';
import { write } from '../../../write/write.ts';
import { requireRecentSignIn } from '../../identity/index.ts';
import { lockTerms } from '../plan-terms.ts';
import { findUsableCustomer } from './customer-of.ts';

/**
 * The page of Stripe where payment methods are changed and a subscription is canceled. What is done there,
 * Stripe does not attribute to a member: that somebody opened it is recorded before it is made.
 * @throws DomainError invalid_state, recent_sign_in_required, unavailable
 */
export async function openPortal(ctx: Ctx): Promise<string> {
  const { services, organizationId } = ctx;
  const { client } = requireStripe(services);
  const customer = await findUsableCustomer(services, organizationId);
  if (!customer) {
    throw new DomainError(
      'invalid_state',
      'There is no subscription yet. Choose a plan first; the portal then holds its payment method and invoices.',
    );
  }
  const { customerId } = customer;
  await recordOpening(ctx, customerId);
  const session = await askStripe(() =>
    client.billingPortal.sessions.create({
      customer: customerId,
      return_url: `${services.baseUrl}/billing`,
    }),
  );
  return session.url;
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
