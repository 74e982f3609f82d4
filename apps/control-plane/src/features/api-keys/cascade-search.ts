import type { SQL } from 'drizzle-orm';
import type { Authority, Ctx } from '../../context.ts';
import { allowLongStatements, type Transaction } from '../../db/connect.ts';
import { DomainError } from '../../domain-error.ts';
import { readLineage } from '../../lineage/read-lineage.ts';
import { findRemovable, type KeepMembers } from '../../lineage/removable-members.ts';
import { traceDescendants } from '../../lineage/trace-descendants.ts';
import { idsOf } from './end-rows.ts';
import { countEnded } from './ended-part.ts';
import { type Created, findCreated } from './find-created.ts';
import { addLinked } from './find-linked.ts';
import { findForeignRoots } from './foreign-roots.ts';

/** A key with which a cascade begins. */
export interface Root {
  readonly id: string;
  readonly name: string;
}

/** What came from some keys. */
export interface CascadeSearch {
  readonly roots: readonly Root[];
  /** Roots that the caller must not end with what they created (`findForeignRoots`). */
  readonly foreign: ReadonlySet<string>;
  /** Those of them that came from another root nevertheless. */
  readonly taken: ReadonlySet<string>;
  /** What is left to end. */
  readonly created: Created;
  /** False where more leads to something than was searched: then `created` is a part of it. */
  readonly isComplete: boolean;
}

export interface SearchLimits {
  readonly keepMembers: KeepMembers | undefined;
  readonly searchedMax: number;
}

/** Links that the transaction looks at that revokes the keys: keys may have given each other new secrets. */
const LINKS_AT_ONCE_MAX = 50_000;

/**
 * Without a lock, in one snapshot: `runningCascade` keeps what would be found from changing anything.
 * @param roots that the caller sees, so that nobody else makes the server search
 */
export async function searchCascade(
  tx: Transaction,
  ctx: Authority,
  roots: readonly Root[],
  limits: SearchLimits,
): Promise<CascadeSearch> {
  return readSearch(tx, ctx, roots, await findLinked(tx, ctx, roots, limits));
}

/**
 * The same where little is linked to the roots; else undefined, and soon. `write` has locked the end of
 * the audit chain: no creation is under way, and one that comes later is refused by `confirmActor`.
 */
export async function searchAtOnce(
  tx: Transaction,
  ctx: Authority,
  roots: readonly Root[],
  limits: SearchLimits,
): Promise<CascadeSearch | undefined> {
  const linked = await findLinked(tx, ctx, roots, limits, LINKS_AT_ONCE_MAX);
  return linked.isComplete ? readSearch(tx, ctx, roots, linked) : undefined;
}

interface Linked {
  readonly removable: SQL | undefined;
  /** The roots, and the keys and members that are linked to them. */
  readonly known: ReadonlySet<string>;
  readonly isComplete: boolean;
}

async function findLinked(
  tx: Transaction,
  ctx: Authority,
  roots: readonly Root[],
  { keepMembers, searchedMax }: SearchLimits,
  rowsMax?: number,
): Promise<Linked> {
  const removable = await findRemovable(tx, ctx, keepMembers);
  const ids = idsOf(roots);
  const known = new Set(ids);
  const idsMax = searchedMax + roots.length;
  const isComplete = await addLinked(tx, ctx, known, ids, { removable, idsMax, rowsMax });
  return { removable, known, isComplete };
}

async function readSearch(
  tx: Transaction,
  ctx: Authority,
  roots: readonly Root[],
  { removable, known, isComplete }: Linked,
): Promise<CascadeSearch> {
  const ids = idsOf(roots);
  const lineage = await readLineage(tx, ctx, [...known], { removable });
  const foreign = await findForeignRoots(ctx, lineage, ids);
  const own = ids.filter((id) => !foreign.has(id));
  const created = await findCreated(tx, ctx, lineage, own);
  const { rootNow } = traceDescendants(lineage, foreign.size > 0 ? own : []);
  const taken = new Set([...foreign].filter((id) => rootNow(id) !== undefined));
  return { roots, foreign, taken, created, isComplete };
}

/**
 * Whether something is left of keys that were revoked before. Locks nothing, so that a cascade that is
 * repeated without end keeps nobody from writing.
 */
export async function isAnyLeft(
  { services: { db }, ...ctx }: Ctx,
  roots: readonly Root[],
  limits: SearchLimits,
): Promise<boolean> {
  const { created, isComplete, foreign } = await db.transaction(
    async (tx) => {
      await allowLongStatements(tx);
      return searchCascade(tx, ctx, roots, limits);
    },
    { isolationLevel: 'repeatable read', accessMode: 'read only' },
  );
  return countEnded(created) > 0 || foreign.size > 0 || !isComplete;
}

/** Of keys that led to more keys and members than one search looks at: what was found has ended. */
export function cascadeTooLarge(searchedMax: number): DomainError {
  return new DomainError(
    'cascade_too_large',
    `The key was revoked, and everything that was found has ended. But it led to more than ${searchedMax.toLocaleString('en')} keys and members. What is left of them can change nothing, and is among the active keys of their owner: list these with GET /v1/api-keys?state=active&memberId=…, and revoke those that you do not know with what they created.`,
  );
}
