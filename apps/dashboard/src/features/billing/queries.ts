import { mutationOptions, queryOptions } from '@tanstack/react-query';
import type { RouteInput, Routes } from '@tollkeeper/contract';
import { api } from '../../lib/api.ts';
import { refresh } from '../../lib/query-client.ts';

export const billingQuery = queryOptions({
  queryKey: ['billing'],
  queryFn: ({ signal }) => api.getBilling({}, { signal }),
});

export const plansQuery = queryOptions({
  queryKey: ['billing', 'plans'],
  queryFn: async ({ signal }) => (await api.getPlans({}, { signal })).data,
});

/** Refreshes everything: the plan is shown on other pages too. */
export const changePlanMutation = mutationOptions({
  mutationFn: (body: RouteInput<Routes['changePlan']>['body']) => api.changePlan({ body }),
  onSuccess: refresh(),
});

export const withdrawRequestMutation = mutationOptions({
  mutationFn: () => api.withdrawPlanRequest(),
  onSuccess: refresh({ queryKey: billingQuery.queryKey }),
});
