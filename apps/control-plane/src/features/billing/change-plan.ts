import type { RouteInput, RouteOutput, Routes } from '@tollkeeper/contract';
import { requireWholeOrganization } from '../../access/require-scope.ts';
import type { Ctx } from '../../context.ts';
import { providerOf } from './find-provider.ts';

type Body = RouteInput<Routes['changePlan']>['body'];

/**
 * Changes the plan, or requests the change where the operator decides. No key stops working by it: a
 * lower limit only stops new ones.
 * @throws DomainError invalid_state, outside_workspace, recent_sign_in_required, idempotency_conflict
 */
export async function changePlan(
  ctx: Ctx,
  { body }: { body: Body },
): Promise<RouteOutput<Routes['changePlan']>> {
  requireWholeOrganization(ctx);
  const { plan, message = null } = body;
  const outcome = await providerOf(ctx.services).changePlan(ctx, { plan, message });
  return { ...outcome, plan };
}

/** @throws DomainError invalid_state, outside_workspace, recent_sign_in_required, unavailable */
export async function openBillingPortal(
  ctx: Ctx,
): Promise<RouteOutput<Routes['openBillingPortal']>> {
  requireWholeOrganization(ctx);
  return { url: await providerOf(ctx.services).openPortal(ctx) };
}

export async function getInvoices(ctx: Ctx): Promise<RouteOutput<Routes['getInvoices']>> {
  requireWholeOrganization(ctx);
  return { data: await providerOf(ctx.services).listInvoices(ctx) };
}
