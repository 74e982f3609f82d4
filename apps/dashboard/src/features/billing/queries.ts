import { mutationOptions, queryOptions } from '@tanstack/react-query';
import type { Plan, RouteInput, Routes } from '@tollkeeper/contract';
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

/** Asks the payment provider, where there is one. */
export const previewQuery = (plan: Plan) =>
  queryOptions({
    queryKey: ['billing', 'preview', plan],
    queryFn: ({ signal }) => api.previewPlanChange({ query: { plan } }, { signal }),
  });

export const invoicesQuery = queryOptions({
  queryKey: ['billing', 'invoices'],
  queryFn: async ({ signal }) => (await api.getInvoices({}, { signal })).data,
});

/** Leaves for the payment provider: the address is valid for a short time. */
export const openPortalMutation = mutationOptions({
  mutationFn: () => api.openBillingPortal(),
  onSuccess: ({ url }) => window.location.assign(url),
});

interface PlanChange {
  readonly body: RouteInput<Routes['changePlan']>['body'];
  readonly idempotencyKey: string;
}

/** Refreshes everything: the plan is shown on other pages too. */
export const changePlanMutation = mutationOptions({
  mutationFn: ({ body, idempotencyKey }: PlanChange) =>
    api.changePlan({ body }, { idempotencyKey }),
  onSuccess: refresh(),
});

export const withdrawRequestMutation = mutationOptions({
  mutationFn: (requestedAt: string) => api.withdrawPlanRequest({ query: { requestedAt } }),
  onSuccess: refresh({ queryKey: billingQuery.queryKey }),
});
