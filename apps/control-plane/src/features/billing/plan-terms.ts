import type { Plan } from '@tollkeeper/contract';
import { eq } from 'drizzle-orm';
import type { Transaction } from '../../db/connect.ts';
import { billing, organization } from '../../db/schema/index.ts';
import { notFound } from '../../domain-error.ts';
import type { Facts } from '../../write/audit.ts';
import type { FurtherEvent } from '../../write/write.ts';
import { limitEvents } from './note-key-limit.ts';
import { keysMaxOf, type LimitTerms } from './plan-limit.ts';

/** The plan of an organization, and all that goes with it. */
export interface PlanTerms extends LimitTerms {
  /** When the plan ends; null where it has no end. */
  readonly until: Date | null;
  /** What follows when the plan ends. */
  readonly planAfter: Plan | null;
  readonly keysMaxAfter: number | null;
  /** What the operator noted for the organization. */
  readonly note: string | null;
}

export interface LockedTerms extends PlanTerms {
  readonly name: string;
  readonly slug: string;
  readonly warnedAt: Date | null;
}

/** A plan without an end, without a limit of its own and without a note. */
export function plainTerms(plan: Plan): PlanTerms {
  return { plan, keysMax: null, until: null, planAfter: null, keysMaxAfter: null, note: null };
}

/**
 * Locked until the transaction ends, as the creation of a key locks it: each key is created by the
 * terms before or by those after.
 * @throws DomainError not_found once the organization was deleted
 */
export async function lockTerms(tx: Transaction, organizationId: string): Promise<LockedTerms> {
  const [row] = await tx
    .select({ organization, billing })
    .from(organization)
    .leftJoin(billing, eq(billing.organizationId, organization.id))
    .where(eq(organization.id, organizationId))
    .for('no key update', { of: organization });
  if (!row || row.organization.deletedAt) throw notFound('organization', organizationId);
  return termsOf(row);
}

/** As the rows of an organization have them. */
export function termsOf({
  organization: { name, slug, plan, keysMax },
  billing: row,
}: {
  readonly organization: typeof organization.$inferSelect;
  readonly billing: typeof billing.$inferSelect | null;
}): LockedTerms {
  return {
    ...{ name, slug, plan, keysMax },
    until: row?.until ?? null,
    planAfter: row?.planAfter ?? null,
    keysMaxAfter: row?.keysMaxAfter ?? null,
    note: row?.note ?? null,
    warnedAt: row?.warnedAt ?? null,
  };
}

/** @param before the terms that the transaction has locked */
export async function storeTerms(
  tx: Transaction,
  organizationId: string,
  before: PlanTerms,
  { plan, keysMax, ...rest }: PlanTerms,
): Promise<void> {
  // Another limit is crossed anew.
  const isOther = keysMaxOf({ plan, keysMax }) !== keysMaxOf(before);
  const notices = isOther ? { nearLimitAt: null, limitReachedAt: null } : {};
  await tx
    .update(organization)
    .set({ plan, keysMax, ...notices })
    .where(eq(organization.id, organizationId));
  await tx.delete(billing).where(eq(billing.organizationId, organizationId));
  if (rest.until === null && rest.note === null) return;
  const { until, planAfter, keysMaxAfter, note } = rest;
  await tx.insert(billing).values({ organizationId, until, planAfter, keysMaxAfter, note });
}

/** The event of a change of the terms that leaves the keys near their limit, or beyond, as they were not before. */
export function termsEvents(
  tx: Transaction,
  organizationId: string,
  before: PlanTerms,
  now: Date,
): Promise<FurtherEvent[]> {
  return limitEvents(tx, organizationId, now, (limit) => ({ ...limit, max: keysMaxOf(before) }));
}

/** As the audit log records it. */
export function termsFacts({ plan, keysMax, until, planAfter, note }: PlanTerms): Facts {
  return { plan, keysMax, until: until?.toISOString() ?? null, planAfter, note };
}
