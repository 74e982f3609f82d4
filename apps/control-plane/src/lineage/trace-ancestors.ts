import type { Authority } from '../context.ts';
import type { Database, Transaction } from '../db/connect.ts';
import { findAncestors } from './find-ancestors.ts';
import { readAncestry } from './read-lineage.ts';
import { findRemovable, type KeepMembers } from './removable-members.ts';
import { type Descendants, traceDescendants } from './trace-descendants.ts';
import type { WalkLimits } from './walk-links.ts';

export type AncestorLimits = Pick<WalkLimits, 'idsMax' | 'linksMax'> & Partial<WalkLimits>;

/**
 * While others wait for the lock of the transaction: what has more ancestors, or takes longer, is taken for
 * inside.
 */
const UNDER_LOCK = { idsMax: 10_000, linksMax: 25_000 };

/** How long the lock is held for that, in milliseconds. */
const UNDER_LOCK_MS = 500;

/** Links that one statement looks at. */
const PAGE_MAX = 25_000;

/** Limits that one search has, or several one after the other. */
export function underLock(): AncestorLimits {
  return { ...UNDER_LOCK, endsAt: performance.now() + UNDER_LOCK_MS };
}

/**
 * What came from some keys among those that others may descend from, which are few: who they are, and not
 * what else all of these led to.
 * @returns undefined where nothing of it did, and `unknown` where they are too many to tell
 */
export async function traceAncestors(
  db: Database | Transaction,
  authority: Authority,
  { rootIds, keepMembers }: { rootIds: readonly string[]; keepMembers: KeepMembers | undefined },
  ids: readonly string[],
  limits: AncestorLimits = underLock(),
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
