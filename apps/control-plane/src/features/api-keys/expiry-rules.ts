import { and, eq, isNull } from 'drizzle-orm';
import type { Ctx } from '../../context.ts';
import type { Transaction } from '../../db/connect.ts';
import { organization } from '../../db/schema/index.ts';
import { notFound } from '../../domain-error.ts';
import type { Ceiling } from './ceiling.ts';
import { earliest, lifetimeEnd } from './key-lifetime.ts';

/** What the organization says about how long its keys live. */
export interface ExpiryRules {
  readonly defaultExpiryDays: number | null;
  readonly keyLifetimeDaysMax: number | null;
}

/**
 * Locked until the transaction ends, as every change of the rules and every expiry that is set
 * holds the lock: no key is made by a rule that a change has just replaced.
 * @throws DomainError not_found once the organization was deleted
 */
export async function lockExpiryRules(tx: Transaction, ctx: Ctx): Promise<ExpiryRules> {
  const [row] = await tx
    .select({
      defaultExpiryDays: organization.defaultExpiryDays,
      keyLifetimeDaysMax: organization.keyLifetimeDaysMax,
    })
    .from(organization)
    .where(and(eq(organization.id, ctx.organizationId), isNull(organization.deletedAt)))
    .for('no key update');
  if (!row) throw notFound('organization', ctx.organizationId);
  return row;
}

/** When a key created now expires, unless its creator chooses otherwise. */
export function defaultExpiry(rules: ExpiryRules, ceiling: Ceiling | null, now: Date): Date | null {
  return earliest(
    ceiling?.expiresAt ?? null,
    lifetimeEnd(now, rules.defaultExpiryDays),
    lifetimeEnd(now, rules.keyLifetimeDaysMax),
  );
}
