import { and, eq, isNull } from 'drizzle-orm';
import type { Ctx } from '../../context.ts';
import type { Transaction } from '../../db/connect.ts';
import { organization } from '../../db/schema/index.ts';
import { invalidField, notFound } from '../../domain-error.ts';
import type { Ceiling } from './ceiling.ts';

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

/** Later years are written with a sign and six digits, which no other reader of ISO 8601 expects. */
const LAST = new Date('9999-12-31T23:59:59.999Z');

/**
 * @param key when it was made: the longest lifetime counts from there
 * @throws DomainError validation_failed for a moment that is past, or beyond the longest lifetime
 */
export function parseExpiry(
  text: string | null,
  now: Date,
  { keyLifetimeDaysMax }: Pick<ExpiryRules, 'keyLifetimeDaysMax'>,
  key: { readonly createdAt: Date },
): Date | null {
  const latest = lifetimeEnd(key.createdAt, keyLifetimeDaysMax);
  const expiresAt = text === null ? null : new Date(text.toUpperCase());
  if (expiresAt && expiresAt > LAST) {
    throw invalidField('expiresAt', `must be at most ${LAST.toISOString()}; null is never`);
  }
  if (expiresAt && !(expiresAt > now)) {
    throw invalidField('expiresAt', `must be in the future; "${text}" is not`);
  }
  if (latest && (!expiresAt || expiresAt > latest)) {
    throw invalidField(
      'expiresAt',
      `must be at most ${latest.toISOString()}: a key of this organization lives ${keyLifetimeDaysMax} days at most`,
    );
  }
  return expiresAt;
}

const DAY_MS = 86_400_000;

/** The latest that a key may expire; null where nothing limits its life. */
export function lifetimeEnd(createdAt: Date, daysMax: number | null): Date | null {
  return daysMax === null ? null : new Date(createdAt.getTime() + daysMax * DAY_MS);
}

/** The first of the moments; null, which is never, when none is one. */
export function earliest(...moments: readonly (Date | null)[]): Date | null {
  const times = moments.flatMap((moment) => (moment ? [moment.getTime()] : []));
  return times.length > 0 ? new Date(Math.min(...times)) : null;
}

/** Whether a key may live without end: a canary key then does, unless it is asked otherwise. */
export function isUnlimited({ keyLifetimeDaysMax }: ExpiryRules, ceiling: Ceiling | null): boolean {
  return keyLifetimeDaysMax === null && (ceiling?.requestedExpiresAt ?? null) === null;
}
