import {
  type BillingProviderName,
  nearestName,
  PLANS,
  type Plan,
  type PlanChanges,
} from '@tollkeeper/contract';
import { z } from 'zod';

/** What the payment provider `stripe` needs. docs/billing.md says where each is found. */
export interface StripeConfig {
  readonly secretKey: string;
  readonly webhookSecret: string;
  /** Prices of each plan that is sold: the first is offered, those after it were once. */
  readonly prices: ReadonlyMap<Plan, readonly string[]>;
  /** How long a plan stays after a payment has failed, in days. */
  readonly graceDays: number;
  /** How long the first subscription of an organization is free, in days. */
  readonly trialDays: number;
  /** Where Stripe's API answers; undefined is Stripe itself. */
  readonly apiUrl?: string;
  /** How long an answer of Stripe may take, in milliseconds; ten seconds unless given. */
  readonly timeoutMs?: number;
}

/** Who bills, and who decides about plans. */
export interface BillingConfig {
  readonly provider: BillingProviderName;
  readonly planChanges: PlanChanges;
  /** Who is mailed requests for another plan; null is nobody. */
  readonly operatorEmail: string | null;
  /** Set where the provider is `stripe`. */
  readonly stripe: StripeConfig | null;
}

/** Those that hold a secret. */
export const STRIPE_SECRETS = ['STRIPE_SECRET_KEY', 'STRIPE_WEBHOOK_SECRET'] as const;

const GRACE_DAYS = 14;
const GRACE_DAYS_MAX = 365;
/** Stripe's own limit. */
const TRIAL_DAYS_MAX = 730;

const prices = z
  .string()
  .transform((text) => text.split(',').map((part) => part.trim()))
  .refine(
    (ids) => ids.every((id) => /^price_\w+$/.test(id)),
    'must be ids of prices such as price_1Abc, separated by commas',
  )
  .optional();

const days = (max: number) =>
  z
    .string()
    .regex(/^\d{1,3}$/, `must be a number of days from 0 to ${max}`)
    .transform(Number)
    .refine((count) => count <= max, `must be a number of days from 0 to ${max}`);

export const stripeVariables = {
  STRIPE_SECRET_KEY: z
    .string()
    .regex(
      /^(?:sk|rk)_(?:live|test)_\w+$/,
      'must begin with sk_live_, sk_test_, rk_live_ or rk_test_',
    )
    .optional(),
  STRIPE_WEBHOOK_SECRET: z
    .string()
    .regex(/^whsec_\S+$/, 'must begin with whsec_')
    .optional(),
  STRIPE_PRICE_DEVELOPER: prices,
  STRIPE_PRICE_PRO: prices,
  STRIPE_PRICE_ENTERPRISE: prices,
  STRIPE_GRACE_DAYS: days(GRACE_DAYS_MAX).default(GRACE_DAYS),
  STRIPE_TRIAL_DAYS: days(TRIAL_DAYS_MAX).default(0),
} as const;

type StripeVariables = z.output<z.ZodObject<typeof stripeVariables>>;

type Read =
  | { readonly config: StripeConfig; readonly faults: readonly [] }
  | { readonly config?: undefined; readonly faults: readonly string[] };

/** What is configured, or a sentence for each thing that is missing. */
export function readStripe(values: StripeVariables): Read {
  const faults: string[] = [];
  const { STRIPE_SECRET_KEY: secretKey, STRIPE_WEBHOOK_SECRET: webhookSecret } = values;
  if (secretKey === undefined) faults.push(needed('STRIPE_SECRET_KEY'));
  if (webhookSecret === undefined) faults.push(needed('STRIPE_WEBHOOK_SECRET'));
  const sold = PLANS.flatMap((plan) => {
    const ids = plan === 'free' ? undefined : values[variableOf(plan)];
    return ids ? [[plan, ids] as const] : [];
  });
  if (sold.length === 0) faults.push(needed('STRIPE_PRICE_DEVELOPER, _PRO or _ENTERPRISE'));
  faults.push(...sharedPrices(sold.flatMap(([, ids]) => ids)));
  if (faults.length > 0 || secretKey === undefined || webhookSecret === undefined) {
    return { faults };
  }
  const { STRIPE_GRACE_DAYS: graceDays, STRIPE_TRIAL_DAYS: trialDays } = values;
  const config = { secretKey, webhookSecret, prices: new Map(sold), graceDays, trialDays };
  return { config, faults: [] };
}

/** A name further off may be another program's. */
const TYPOS_MAX = 2;

/** A sentence for each variable of Stripe's that is nearly one that is read: a price would be missing. */
export function misspeltVariables(names: readonly string[]): string[] {
  const known = [
    ...Object.keys(stripeVariables),
    ...STRIPE_SECRETS.map((secret) => `${secret}_FILE`),
  ];
  return names
    .filter((name) => /^STRIPE/i.test(name) && !known.includes(name))
    .map((name) => ({ name, nearest: nearestName(name, known) }))
    .filter(({ nearest: { distance } }) => distance <= TYPOS_MAX)
    .map(
      ({ name, nearest: { each } }) =>
        `${name} is not a variable that Tollkeeper reads; the nearest is ${each}`,
    );
}

function variableOf(plan: Exclude<Plan, 'free'>) {
  const names = {
    developer: 'STRIPE_PRICE_DEVELOPER',
    pro: 'STRIPE_PRICE_PRO',
    enterprise: 'STRIPE_PRICE_ENTERPRISE',
  } as const;
  return names[plan];
}

function needed(name: string): string {
  return `${name} is needed where TOLLKEEPER_BILLING is "stripe"`;
}

/** A subscription to it would be one to two plans. */
function sharedPrices(ids: readonly string[]): string[] {
  const shared = ids.filter((id, at) => ids.indexOf(id) !== at);
  return [...new Set(shared)].map((id) => `the price ${id} is named twice`);
}
