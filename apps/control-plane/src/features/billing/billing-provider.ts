import type {
  Billing,
  Invoice,
  Plan,
  PlanPreview,
  RouteOutput,
  Routes,
} from '@tollkeeper/contract';
import type { Ctx, Services } from '../../context.ts';

export interface PlanChangeRequest {
  readonly plan: Plan;
  /** What the requester wrote for the operator. */
  readonly message: string | null;
}

export type RefreshServices = Pick<
  Services,
  'db' | 'clock' | 'randomBytes' | 'changeFeed' | 'outbox' | 'log' | 'stripe'
>;

/** What a change of plan led to. */
export type PlanChangeOutcome = Omit<RouteOutput<Routes['changePlan']>, 'plan'>;

/** As an Idempotency-Key knows it. */
export function asRequest({ plan, message }: PlanChangeRequest) {
  return { route: 'changePlan', body: { plan, message } };
}

/** What a provider knows about a subscription. */
export type BillingAccount = Pick<
  Billing,
  'renewsAt' | 'onTrial' | 'paymentMethod' | 'pastDueSince'
>;

/** Of an organization without a subscription. */
export const NO_ACCOUNT: BillingAccount = {
  ...{ renewsAt: null, onTrial: false, paymentMethod: null, pastDueSince: null },
};

/**
 * All that depends on how an installation bills. The plan, its limit and its audit events are the same
 * for every provider (docs/decisions/0037-put-billing-behind-one-interface.md).
 */
export interface BillingProvider {
  /** Whether organizations can order or request the plan. */
  isAvailable(services: Pick<Services, 'stripe'>, plan: Plan): boolean;
  /** @throws DomainError invalid_state where the organization cannot change to the plan */
  changePlan(ctx: Ctx, change: PlanChangeRequest): Promise<PlanChangeOutcome>;
  /**
   * What changing to the plan would cost at once, and when it would take effect.
   * @throws DomainError invalid_state where the organization cannot change to the plan
   */
  previewChange(ctx: Ctx, plan: Plan): Promise<Pick<PlanPreview, 'charge' | 'startsAt'>>;
  /**
   * Stores what the provider says of the plan now, so that no plan ends on what it said before.
   * @throws DomainError unavailable
   */
  refreshPlan(services: RefreshServices, organizationId: string): Promise<void>;
  /** What the provider knows about the subscription of the organization. */
  readAccount(ctx: Ctx): Promise<BillingAccount>;
  listInvoices(ctx: Ctx): Promise<Invoice[]>;
  /**
   * Records that somebody opens the portal, and gives its address.
   * @throws DomainError invalid_state where there is none; recent_sign_in_required
   */
  openPortal(ctx: Ctx): Promise<string>;
}
