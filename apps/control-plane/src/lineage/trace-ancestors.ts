import type { Authority } from '../context.ts';
import type { Database, Transaction } from '../db/connect.ts';
import { findAncestors } from './find-ancestors.ts';
import { readLineage } from './read-lineage.ts';
import { findRemovable, type KeepMembers } from './removable-members.ts';
import { type Descendants, traceDescendants } from './trace-descendants.ts';

/** Keys and members from which others may descend; those with more are taken for inside a cascade. */
const ANCESTORS_MAX = 10_000;

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
): Promise<Descendants | 'unknown' | undefined> {
  const { organizationId } = authority;
  const removable = await findRemovable(db, authority, keepMembers);
  const ancestors = await findAncestors(db, organizationId, ids, removable, ANCESTORS_MAX + 1);
  if (ancestors.length > ANCESTORS_MAX) return 'unknown';
  const known = new Set(ancestors);
  const roots = rootIds.filter((id) => known.has(id));
  if (roots.length === 0) return undefined;
  const reading = { removable, ledTo: ancestors };
  return traceDescendants(await readLineage(db, authority, ancestors, reading), roots);
}
