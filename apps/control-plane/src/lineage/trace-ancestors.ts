import { scopeNames } from '@tollkeeper/verify';
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
function underLock(): LockedLimits {
  return { ...UNDER_LOCK, endsAt: performance.now() + UNDER_LOCK_MS };
}

export interface TracedCascade {
  readonly rootIds: readonly string[];
  readonly keepMembers: KeepMembers | undefined;
}

/**
 * What came from the keys of a cascade among those that others may descend from, which are few: who they are,
 * and not what else all of these led to. Several cascades may be asked about: what leads up from the ids is
 * searched for once for all that remove the same members.
 * @returns undefined where nothing of it did, and `unknown` where they are too many to tell
 */
export function createAncestorTracer(
  db: Database | Transaction,
  ids: readonly string[],
  limits: AncestorLimits,
  inTime: InTime = (work) => work(),
) {
  const found = new Map<string, ReturnType<typeof searchAncestry>>();
  return async (
    authority: Authority,
    { rootIds, keepMembers }: TracedCascade,
  ): Promise<Descendants | 'unknown' | undefined> => {
    const { organizationId, actor, workspaceId, scopes } = authority;
    const power = [organizationId, actor.memberId, workspaceId, scopeNames(scopes), keepMembers];
    const name = JSON.stringify(power);
    const searched =
      found.get(name) ??
      inTime(() => searchAncestry(db, authority, keepMembers, ids, { ...limits, inTime }));
    found.set(name, searched);
    const ancestry = await searched;
    if (!ancestry) return 'unknown';
    const roots = rootIds.filter((id) => ancestry.known.has(id));
    return roots.length === 0 ? undefined : traceDescendants(await ancestry.read(), roots);
  };
}

/** Runs statements that must end by a certain time. */
type InTime = <T>(work: () => Promise<T>) => Promise<T>;

async function searchAncestry(
  db: Database | Transaction,
  authority: Authority,
  keepMembers: KeepMembers | undefined,
  ids: readonly string[],
  { inTime, ...limits }: AncestorLimits & { readonly inTime: InTime },
) {
  // Each of many searches may be so short that no statement of it runs into its own limit.
  if (limits.endsAt !== undefined && performance.now() >= limits.endsAt) return undefined;
  const removable = await findRemovable(db, authority, keepMembers);
  const walk = { pageMax: PAGE_MAX, ...limits };
  const ancestors = await findAncestors(db, authority.organizationId, ids, removable, walk);
  if (!ancestors) return undefined;
  let lineage: ReturnType<typeof readAncestry> | undefined;
  return {
    known: new Set(ancestors),
    /** Only where it leads to one of the keys: it takes longer than to find them. */
    read: () => {
      lineage ??= inTime(() => readAncestry(db, authority, ancestors, removable));
      return lineage;
    },
  };
}

/**
 * The same in a transaction for whose lock others wait.
 * @param advice what to do where it does not end in time
 * @returns what throws DomainError cascade_undetermined, after which the transaction can only be rolled back
 */
export function createLockedTracer(
  tx: Transaction,
  ids: readonly string[],
  advice: string,
  limits: LockedLimits = underLock(),
) {
  const trace = createAncestorTracer(tx, ids, limits, (work) =>
    endStatementsBy(tx, limits.endsAt, work),
  );
  return async (authority: Authority, cascade: TracedCascade): Promise<Descendants | undefined> => {
    try {
      const found = await trace(authority, cascade);
      if (found !== 'unknown') return found;
    } catch (error) {
      if (!isStatementTimeout(error)) throw error;
    }
    throw new DomainError(
      'cascade_undetermined',
      `It took too long to tell what came from the keys of a revocation. Nothing was changed. ${advice}`,
    );
  };
}
