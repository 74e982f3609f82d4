import type { Plan } from '@tollkeeper/contract';

export const PLAN_NAMES: Readonly<Record<Plan, string>> = {
  free: 'Free',
  developer: 'Developer',
  pro: 'Pro',
  enterprise: 'Enterprise',
};
