export const PLANS = ['free', 'developer', 'pro', 'enterprise'] as const;
export type Plan = (typeof PLANS)[number];

/** How many keys a plan allows; null is unlimited. Active and disabled keys that have not expired count. */
export const PLAN_KEYS_MAX: Readonly<Record<Plan, number | null>> = {
  free: 3,
  developer: 10,
  pro: 20,
  enterprise: null,
};
