export const PLANS = ['free', 'developer', 'pro', 'enterprise'] as const;
export type Plan = (typeof PLANS)[number];

/** How many keys a plan holds; null is unlimited. Active or disabled, unexpired keys count. */
export const PLAN_KEYS_MAX: Readonly<Record<Plan, number | null>> = {
  free: 3,
  developer: 10,
  pro: 20,
  enterprise: null,
};
