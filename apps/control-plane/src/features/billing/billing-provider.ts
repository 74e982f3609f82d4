import type { Billing, Invoice, Plan } from '@tollkeeper/contract';
import type { Ctx } from '../../context.ts';

export interface PlanChangeRequest {
  readonly plan: Plan;
  /** What the requester wrote for the operator. */
  readonly message: string | null;
}

/**
 * All that depends on how an installation bills. The plan, its limit and its audit events are the same
 * for every provider (docs/decisions/0037-put-billing-behind-one-interface.md).
 */
export interface BillingProvider {
  /** @throws DomainError invalid_state where the organization cannot change to the plan */
  changePlan(ctx: Ctx, change: PlanChangeRequest): Promise<'changed' | 'requested'>;
  /** What the provider knows about the subscription of the organization. */
  readAccount(ctx: Ctx): Promise<Pick<Billing, 'renewsAt' | 'paymentMethod'>>;
  listInvoices(ctx: Ctx): Promise<Invoice[]>;
  /** @returns the address of the portal. @throws DomainError invalid_state where there is none */
  openPortal(ctx: Ctx): Promise<string>;
}
