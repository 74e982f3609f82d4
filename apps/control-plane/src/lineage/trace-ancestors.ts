import type { Authority } from '../context.ts';
import type { Database, Transaction } from '../db/connect.ts';
import { isStatementTimeout } from '../db/database-errors.ts';
import { endStatementsBy } from '../db/time-limit.ts';
import { DomainError } from '../domain-error.ts';
import { findAncestors } from './find-ancestors.ts';
import { readAncestry } from './read-lineage.ts';
import { findRemovable, type KeepMembers } from './removable-members.ts';
import { type Descendants, traceDescendants } from './trace-descendants.ts';
import type { WalkLimits } from './walk-links.ts';

export type AncestorLimits = Pick<WalkLimits, 'idsMax' | 'linksMax'> & Partial<WalkLimits>;

/** While others wait for the lock of the transaction. */
const UNDER_LOCK = { idsMax: 10_000, linksMax: 25_000 };

/** How long the lock is held for that, in milliseconds. */
const UNDER_LOCK_MS = 500;

/** Links that one statement looks at. */
const PAGE_MAX = 25_000;

export type LockedLimits = AncestorLimits & { readonly endsAt: number };

/** Limits that one search has, or several one after the other. */
export function underLock(): LockedLimits {
  return { ...UNDER_LOCK, endsAt: performance.now() + UNDER_LOCK_MS };
}

export interface TracedCascade {
  readonly rootIds: readonly string[];
  readonly keepMembers: KeepMembers | undefined;
}

/**
 * What came from some keys among those that others may descend from, which are few: who they are, and not
 * what else all of these led to.
 * @returns undefined where nothing of it did, and `unknown` where they are too many to tell
 */
export async function traceAncestors(
  db: Database | Transaction,
  authority: Authority,
  { rootIds, keepMembers }: TracedCascade,
  ids: readonly string[],
  limits: AncestorLimits,
): Promise<Descendants | 'unknown' | undefined> {
  const { organizationId } = authority;
  const removable = await findRemovable(db, authority, keepMembers);
  const walk = { pageMax: PAGE_MAX, ...limits };
  const ancestors = await findAncestors(db, organizationId, ids, removable, walk);
  if (!ancestors) return 'unknown';
  const known = new Set(ancestors);
  const roots = rootIds.filter((id) => known.has(id));
  if (roots.length === 0) return undefined;
  return traceDescendants(await readAncestry(db, authority, ancestors, removable), roots);
}

/**
 * The same in a transaction for whose lock others wait.
 * @param advice what to do where it does not end in time
 * @throws DomainError cascade_undetermined, after which the transaction can only be rolled back
 */
export async function traceUnderLock(
  tx: Transaction,
  authority: Authority,
  cascade: TracedCascade,
  ids: readonly string[],
  { advice, limits = underLock() }: { readonly advice: string; readonly limits?: LockedLimits },
): Promise<Descendants | undefined> {
  try {
    const trace = () => traceAncestors(tx, authority, cascade, ids, limits);
    const found = await endStatementsBy(tx, limits.endsAt, trace);
    if (found !== 'unknown') return found;
  } catch (error) {
    if (!isStatementTimeout(error)) throw error;
  }
  throw new DomainError(
    'cascade_undetermined',
    `It took too long to tell what came from the keys that are being revoked. Nothing was changed. ${advice}`,
  );
}
