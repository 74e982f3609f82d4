/** The plan of an organization: its limits, its changes, and who pays for it. */
export { mailPlanRequest } from './billing-mail.ts';
export { changePlan, getInvoices, openBillingPortal } from './change-plan.ts';
export { approvePlanRequest, declinePlanRequest, listPlanRequests } from './decide-request.ts';
export { endPlans } from './end-plans.ts';
export { getBilling, getPlans, previewPlanChange } from './get-billing.ts';
export { noteKeyLimit, revivalEvents } from './note-key-limit.ts';
export {
  countKeysUsed,
  fillKeyLimit,
  keysMaxOf,
  requirePlace,
  requirePlaceInPlan,
} from './plan-limit.ts';
export { withdrawPlanRequest, withdrawUndecided } from './plan-request.ts';
export { setPlan } from './set-plan.ts';
export { followSubscription } from './stripe/follow-subscription.ts';
export { receiveStripeEvent } from './stripe/receive-stripe-event.ts';
export { reconcileSubscriptions } from './stripe/reconcile-subscriptions.ts';
