import { PLAN_KEYS_MAX, type Plan } from '@tollkeeper/contract';
import { eq } from 'drizzle-orm';
import type { Ctx } from '../../context.ts';
import type { Database, Transaction } from '../../db/connect.ts';
import { organization } from '../../db/schema/index.ts';
import { defineCheck, defineStatement } from '../../db/statement.ts';
import { DomainError } from '../../domain-error.ts';

/**
 * Locks the organization's row until the transaction ends: creations of one organization pass one
 * by one, from however many processes, and the count is exact.
 * @param keysCount how many are about to be added
 * @throws DomainError plan_limit_reached with the limit and the count
 */
export async function requirePlaceInPlan(tx: Transaction, ctx: Ctx, keysCount = 1): Promise<void> {
  const [row] = await tx
    .select({ plan: organization.plan })
    .from(organization)
    .where(eq(organization.id, ctx.organizationId))
    .for('no key update');
  if (!row) throw new Error(`The organization "${ctx.organizationId}" is gone`);
  await requirePlace(tx, ctx, row.plan, keysCount);
}

/**
 * For a transaction that has locked the organization's row and read its plan.
 * @throws DomainError plan_limit_reached with the limit and the count
 */
export async function requirePlace(
  tx: Transaction,
  ctx: Ctx,
  plan: Plan,
  keysCount = 1,
): Promise<void> {
  const limit = PLAN_KEYS_MAX[plan];
  if (limit === null) return;
  const { organizationId } = ctx;
  const now = ctx.services.clock();
  if (await usesAtMost(tx, [organizationId, now.toISOString(), limit - keysCount])) return;
  throw limitReached(plan, limit, await countKeysUsed(tx, organizationId, now));
}

function limitReached(plan: Plan, limit: number, used: number): DomainError {
  return new DomainError(
    'plan_limit_reached',
    `The ${plan} plan allows ${limit} keys, and ${used} count towards it now. Revoke or delete a key that nobody needs, or change the plan.`,
    { limit, count: used },
  );
}

/** Keys that count to the plan's limit: active or disabled, and not expired. */
export async function countKeysUsed(db: Database | Transaction, organizationId: string, now: Date) {
  const [row] = await countUsed(db, [organizationId, now.toISOString()]);
  return row?.used ?? 0;
}

const COUNT_USED = `
  select count(*)::int as used from api_key
  where organization_id = $1 and status <> 'revoked' and (expires_at is null or expires_at > $2)`;

const countUsed = defineStatement<{ used: number }, [organizationId: string, now: string]>(
  'count-keys-used',
  COUNT_USED,
);

const usesAtMost = defineCheck<[organizationId: string, now: string, keysMax: number]>(
  'keys-used-at-most',
  `(${COUNT_USED}) <= $3`,
);
