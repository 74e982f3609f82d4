import type { AuditAction, Plan } from '@tollkeeper/contract';
import type { Ctx } from '../../../context.ts';
import type { Transaction } from '../../../db/connect.ts';
import type { Facts } from '../../../write/audit.ts';
import { idempotent } from '../../../write/idempotent.ts';
import { write } from '../../../write/write.ts';
import { asRequest, type PlanChangeRequest } from '../billing-provider.ts';
import { lockTerms } from '../plan-terms.ts';

/** One request for a change of plan, of which Stripe does the rest. */
export interface Order {
  readonly ctx: Ctx;
  readonly change: PlanChangeRequest;
  /** Whether it is a retry of one that was recorded: what it asks for may have been done. */
  readonly isRetry: boolean;
}

/** What is stored under the Idempotency-Key until the answer is known. */
export const RECORDED = { outcome: 'recorded' } as const;
export type Recorded = typeof RECORDED;

/**
 * Confirms that the caller may order the plan, and records that they did: a retry once with the first.
 * @param fn what else is confirmed or stored with it
 */
export async function recordOrder(
  { ctx, change }: Order,
  action: AuditAction,
  after: Facts & { readonly plan: Plan },
  fn: (tx: Transaction, confirmed: Ctx) => Promise<void> = async () => undefined,
): Promise<void> {
  await write<Recorded>(ctx, { scope: 'billing.manage', action }, (tx, confirmed) =>
    idempotent<Recorded>(
      tx,
      confirmed,
      asRequest(change),
      async () => {
        const { organizationId } = confirmed;
        const { name, plan } = await lockTerms(tx, organizationId);
        await fn(tx, confirmed);
        return {
          result: RECORDED,
          target: { type: 'organization', id: organizationId, name },
          before: { plan },
          after,
          changes: [],
        };
      },
      (answer) => answer,
    ),
  );
}
