import { z } from 'zod';
import { defineRoute } from '../route.ts';
import { RECENT_SIGN_IN_MINUTES } from '../session.ts';
import { instant } from '../text.ts';

const tag = 'Billing';

const invoice = z
  .strictObject({
    id: z.string(),
    number: z.string().nullable(),
    createdAt: instant,
    amount: z.int().meta({
      description:
        'In the smallest unit that Stripe counts the currency in, such as cents, also for ISK and UGX',
    }),
    currency: z.string().meta({ description: 'ISO 4217, in lower case', examples: ['eur'] }),
    status: z.string(),
    url: z.string().nullable().meta({ description: 'Where a person reads and pays it' }),
  })
  .meta({ id: 'Invoice' });
export type Invoice = z.output<typeof invoice>;

export const getInvoices = defineRoute({
  method: 'GET',
  path: '/v1/billing/invoices',
  access: 'billing.read',
  summary: 'List the invoices, newest first; none without a payment provider',
  tag,
  status: 200,
  response: z.strictObject({ data: z.array(invoice) }),
  errors: ['outside_workspace'],
});

export const openBillingPortal = defineRoute({
  method: 'POST',
  path: '/v1/billing/portal',
  access: 'billing.manage',
  summary: `Open the portal of the payment provider, where a person changes payment methods, reads invoices and may cancel the subscription. In a session, it needs a sign-in from the last ${RECENT_SIGN_IN_MINUTES} minutes. Answers 409 without a payment provider`,
  tag,
  status: 200,
  response: z.strictObject({
    url: z.string().meta({ description: 'Made anew for each answer, and valid for a short time' }),
  }),
  errors: ['invalid_state', 'outside_workspace', 'recent_sign_in_required'],
});
