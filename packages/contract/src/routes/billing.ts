import { z } from 'zod';
import { creatingKey } from '../api-key-schemas.ts';
import { memberId } from '../ids.ts';
import { defineRoute } from '../route.ts';
import { RECENT_SIGN_IN_MINUTES } from '../session.ts';
import { instant, instantWithOffset, visibleLine } from '../text.ts';
import { PLANS } from './organization.ts';

const tag = 'Billing';

export const BILLING_PROVIDERS = ['manual', 'stripe'] as const;
export type BillingProviderName = (typeof BILLING_PROVIDERS)[number];

/** Whether organizations change their plan themselves, or ask the operator of the server. */
export const PLAN_CHANGES = ['self', 'request'] as const;
export type PlanChanges = (typeof PLAN_CHANGES)[number];

export const PLAN_REQUEST_STATUSES = ['pending', 'approved', 'declined'] as const;

/** Share of the limit of keys from which on an organization is near it, in percent. */
export const NEAR_LIMIT_PERCENT = 80;

export const keyLimit = z.strictObject({
  used: z.int().meta({ description: 'Keys that are active or disabled and have not expired' }),
  max: z.int().nullable().meta({ description: 'How many of them there may be; null is unlimited' }),
});
export type KeyLimit = z.output<typeof keyLimit>;

const planRequest = z
  .strictObject({
    plan: z.enum(PLANS),
    status: z.enum(PLAN_REQUEST_STATUSES),
    message: z.string().nullable().meta({ description: 'What the requester wrote' }),
    requestedBy: z.strictObject({ memberId, name: z.string() }),
    requestedByKey: creatingKey.nullable().meta({
      description: 'The API key that requested it; null for a request in a session',
    }),
    requestedAt: instant,
    decidedAt: instant.nullable(),
    decisionNote: z
      .string()
      .nullable()
      .meta({ description: 'What the operator wrote with the decision' }),
  })
  .meta({ id: 'PlanRequest' });
export type PlanRequest = z.output<typeof planRequest>;

const paymentMethod = z.strictObject({
  kind: z.string().meta({ examples: ['card'] }),
  brand: z.string().nullable(),
  last4: z.string().nullable(),
});

export const billing = z
  .strictObject({
    plan: z.enum(PLANS),
    provider: z.enum(BILLING_PROVIDERS),
    planChanges: z.enum(PLAN_CHANGES).meta({
      description:
        'Whether a change of plan takes effect at once, or is a request that the operator of the server decides',
    }),
    limits: z.strictObject({ keys: keyLimit }),
    ownLimit: z.boolean().meta({
      description: 'Whether the operator set the limit of keys, which else is that of the plan',
    }),
    callsThisMonth: z
      .int()
      .meta({ description: 'Accepted API calls since the month began in UTC' }),
    monthStartsAt: instant,
    until: instant.nullable().meta({
      description: 'When the plan ends; null where it has no end',
    }),
    planAfter: z.enum(PLANS).nullable().meta({
      description: 'The plan that follows when the plan ends; null where it has no end',
    }),
    note: z.string().nullable().meta({ description: 'What the operator noted for you' }),
    renewsAt: instant.nullable().meta({
      description: 'When the subscription renews; null without a payment provider',
    }),
    onTrial: z.boolean().meta({
      description:
        'Whether the subscription is on trial: nothing was paid for it yet, and it is to be paid when it renews',
    }),
    paymentMethod: paymentMethod.nullable().meta({
      description: 'How the subscription is paid; null without a payment provider',
    }),
    pastDueSince: instant.nullable().meta({
      description:
        'Since when a payment of the subscription has been failing; null while none is, and without a payment provider',
    }),
    request: planRequest.nullable().meta({
      description: 'The last request for another plan, pending or decided; null if there is none',
    }),
  })
  .meta({ id: 'Billing' });
export type Billing = z.output<typeof billing>;

const EFFECT = 'What changing to the plan would do now';

const planOffer = z
  .strictObject({
    plan: z.enum(PLANS),
    keysMax: z.int().nullable().meta({ description: 'null is unlimited' }),
    current: z.boolean(),
    available: z.boolean().meta({
      description:
        'Whether the plan can be ordered or requested here; else the operator of the server can set it',
    }),
    effect: z.string().meta({
      description: EFFECT,
      examples: [
        'Free allows 3 keys and you have 7. All 7 keep working; you cannot create more until 5 are gone.',
      ],
    }),
  })
  .meta({ id: 'PlanOffer' });
export type PlanOffer = z.output<typeof planOffer>;

const planPreview = z
  .strictObject({
    plan: z.enum(PLANS),
    effect: z.string().meta({ description: EFFECT }),
    charge: z
      .strictObject({
        amount: z.int().meta({
          description:
            'In the smallest unit that Stripe counts the currency in, such as cents, also for ISK and UGX; below zero, it is credited',
        }),
        currency: z.string().meta({ description: 'ISO 4217, in lower case', examples: ['eur'] }),
      })
      .nullable()
      .meta({
        description:
          'What the payment provider would invoice at once for the rest of the period that is paid; null where it would not',
      }),
    startsAt: instant.nullable().meta({
      description:
        'When the plan would follow: once the period that is paid ends; null where that is at once, or once it is paid',
    }),
  })
  .meta({ id: 'PlanPreview' });
export type PlanPreview = z.output<typeof planPreview>;

export const getBilling = defineRoute({
  method: 'GET',
  path: '/v1/billing',
  access: 'billing.read',
  summary: 'Read the plan, its limits, and how much of each is used',
  tag,
  status: 200,
  response: billing,
  errors: ['outside_workspace'],
});

export const getPlans = defineRoute({
  method: 'GET',
  path: '/v1/billing/plans',
  access: 'billing.read',
  summary: 'List all plans, with what changing to each would do now',
  tag,
  status: 200,
  response: z.strictObject({ data: z.array(planOffer) }),
  errors: ['outside_workspace'],
});

export const previewPlanChange = defineRoute({
  method: 'GET',
  path: '/v1/billing/preview',
  access: 'billing.read',
  summary:
    'Read what changing to a plan would do now, and what it would cost at once. Answers 409 where the plan cannot be ordered now, and says why',
  tag,
  query: z.strictObject({ plan: z.enum(PLANS) }),
  status: 200,
  response: planPreview,
  errors: ['invalid_state', 'outside_workspace'],
});

export const changePlan = defineRoute({
  method: 'POST',
  path: '/v1/billing/plan',
  access: 'billing.manage',
  summary: `Change the plan, or request the change where the operator of the server decides. A payment provider may have a person pay first. In a session, what is paid by the payment method of a subscription needs a sign-in from the last ${RECENT_SIGN_IN_MINUTES} minutes. No key stops working`,
  tag,
  body: z.strictObject({
    plan: z.enum(PLANS),
    message: visibleLine(500)
      .optional()
      .meta({ description: 'For the operator, with a request: why, or whom to bill' }),
  }),
  status: 200,
  response: z
    .strictObject({
      outcome: z.enum(['changed', 'requested', 'payment', 'ending']).meta({
        description:
          'Whether the plan is in force now, the operator of the server decides, the plan follows once it is paid at the url, or the subscription ends with the period that is paid',
      }),
      plan: z.enum(PLANS),
      url: z.string().optional().meta({
        description:
          'With the outcome payment: where a person pays, at the payment provider. Valid for a short time',
      }),
    })
    .meta({ id: 'PlanChange' }),
  errors: ['invalid_state', 'outside_workspace', 'recent_sign_in_required', 'idempotency_conflict'],
  idempotent: true,
});

export const withdrawPlanRequest = defineRoute({
  method: 'DELETE',
  path: '/v1/billing/plan-request',
  access: 'billing.manage',
  summary: 'Withdraw the pending request for another plan',
  tag,
  query: z.strictObject({
    requestedAt: instantWithOffset.optional().meta({
      description:
        'When the request that you mean was made. If another one has replaced it, nothing is withdrawn; without this, whichever is pending',
    }),
  }),
  status: 204,
  errors: ['not_found', 'invalid_state', 'outside_workspace'],
});
