import { type KeyLimit, PLAN_KEYS_MAX, type Plan } from '@tollkeeper/contract';
import { eq } from 'drizzle-orm';
import type { Ctx } from '../../context.ts';
import type { Database, Transaction } from '../../db/connect.ts';
import { organization } from '../../db/schema/index.ts';
import { defineCheck, defineStatement, defineUnawaitedWrite } from '../../db/statement.ts';
import { awaitAtCommit } from '../../db/transaction.ts';
import { DomainError } from '../../domain-error.ts';

/** By what the number of keys of an organization is limited. */
export interface LimitTerms {
  readonly plan: Plan;
  /** The operator's limit for the organization; null is the limit of the plan. */
  readonly keysMax: number | null;
}

/** How many keys may count at a time; null is unlimited. */
export function keysMaxOf({ plan, keysMax }: LimitTerms): number | null {
  return keysMax ?? PLAN_KEYS_MAX[plan];
}

/**
 * Locks the organization's row until the transaction ends: creations of one organization pass one
 * by one, from however many processes, and the count is exact.
 * @param keysCount how many are about to be added
 * @throws DomainError plan_limit_reached with the limit and the count
 */
export async function requirePlaceInPlan(tx: Transaction, ctx: Ctx, keysCount = 1): Promise<void> {
  const [row] = await tx
    .select({ plan: organization.plan, keysMax: organization.keysMax })
    .from(organization)
    .where(eq(organization.id, ctx.organizationId))
    .for('no key update');
  if (!row) throw new Error(`The organization "${ctx.organizationId}" is gone`);
  await requirePlace(tx, ctx, row, keysCount);
}

/**
 * For a transaction that has locked the organization's row and read by what its keys are limited.
 * @throws DomainError plan_limit_reached with the limit and the count
 */
export async function requirePlace(
  tx: Transaction,
  ctx: Ctx,
  terms: LimitTerms,
  keysCount = 1,
): Promise<void> {
  const limit = keysMaxOf(terms);
  if (limit === null) return;
  const { organizationId } = ctx;
  const now = ctx.services.clock();
  if (await usesAtMost(tx, [organizationId, now.toISOString(), limit - keysCount])) return;
  throw limitReached(terms, limit, await countKeysUsed(tx, organizationId, now));
}

function limitReached({ plan, keysMax }: LimitTerms, limit: number, used: number): DomainError {
  const allows =
    keysMax === null ? `The ${plan} plan allows` : 'The operator of the server allows you';
  return new DomainError(
    'plan_limit_reached',
    `${allows} ${limit === 1 ? '1 key' : `${limit} keys`}, and ${used} ${used === 1 ? 'counts' : 'count'} towards it now. Revoke or delete a key that nobody needs, or change the plan.`,
    { limit, count: used },
  );
}

/**
 * Puts into the answer how much of the limit is used once the transaction has ended; nobody waits for
 * it in the transaction. A repeated creation does not say so again: by then it is another number.
 */
export function fillKeyLimit(
  tx: Transaction,
  ctx: Ctx,
  terms: LimitTerms,
  answer: { limit?: KeyLimit | null | undefined },
): void {
  const max = keysMaxOf(terms);
  if (max === null) {
    answer.limit = null;
    return;
  }
  const counted = countAtEnd(tx, [ctx.organizationId, ctx.services.clock().toISOString()]);
  const filled = counted.then(([row]) => {
    answer.limit = { used: row?.used ?? 0, max };
  });
  awaitAtCommit(tx, filled);
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

const countAtEnd = defineUnawaitedWrite<{ used: number }, [organizationId: string, now: string]>(
  'count-keys-used-at-end',
  COUNT_USED,
);

const usesAtMost = defineCheck<[organizationId: string, now: string, keysMax: number]>(
  'keys-used-at-most',
  `(${COUNT_USED}) <= $3`,
);
