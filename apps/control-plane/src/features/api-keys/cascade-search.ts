import { type SQL, sql } from 'drizzle-orm';
import type { Ctx } from '../../context.ts';
import type { Database, Transaction } from '../../db/connect.ts';
import { auditChain, auditEvent } from '../../db/schema/index.ts';
import { DomainError } from '../../domain-error.ts';
import { type Created, findCreated } from './find-created.ts';
import { addLinked } from './find-linked.ts';
import { findForeignRoots } from './foreign-roots.ts';
import { type ReadLineage, readLineage } from './read-lineage.ts';
import { findRemovable, type KeepMembers } from './removable-members.ts';
import { traceDescendants } from './trace-descendants.ts';

/** A key with which a cascade begins. */
export interface Root {
  readonly id: string;
  readonly name: string;
}

/** What came from some keys, as far as the audit log was written. */
export interface CascadeSearch {
  readonly roots: readonly Root[];
  /** Ids of all keys and members that may have come from them. */
  readonly known: ReadonlySet<string>;
  readonly lineage: ReadLineage;
  /** Roots that the caller must not end with what they created (`findForeignRoots`). */
  readonly foreign: ReadonlySet<string>;
  /** Those of them that came from another root nevertheless. */
  readonly taken: ReadonlySet<string>;
  /** What is left to end. */
  readonly created: Created;
  /** Keys that the request has ended since they were read; the only part that grows. */
  readonly ended: Set<string>;
  /** Of the last event of the audit log that the search has seen. */
  readonly sequence: number;
}

/** Keys and members that one request searches; of those that are gone, only what leads to something. */
export const SEARCHED_MAX = 500_000;

export interface SearchLimits {
  readonly keepMembers: KeepMembers | undefined;
  readonly searchedMax: number;
}

/**
 * Without a lock, as it may take a minute: `refreshSearch` adds what came meanwhile.
 * @param ctx with what the caller held as of that event of the audit log
 * @param roots that the caller sees, so that nobody else makes the server search
 */
export async function searchCascade(
  ctx: Ctx,
  roots: readonly Root[],
  sequence: number,
  { keepMembers, searchedMax }: SearchLimits,
): Promise<CascadeSearch> {
  const { db } = ctx.services;
  const removable = await findRemovable(db, ctx, keepMembers);
  const rootIds = roots.map(({ id }) => id);
  const known = new Set(rootIds);
  const idsMax = searchedMax + roots.length;
  const isComplete = await addLinked(db, ctx, known, rootIds, removable, idsMax);
  const lineage = await readLineage(db, ctx, [...known], removable);
  return complete(db, ctx, {
    roots,
    known,
    lineage: { ...lineage, isComplete },
    ended: new Set(),
    sequence,
  });
}

/**
 * The search with all that came since. `write` has locked the end of the audit chain: nothing comes while
 * the transaction lasts, and whatever came is an event. Only what the events concern is read again.
 */
export async function refreshSearch(
  tx: Transaction,
  ctx: Ctx,
  search: CascadeSearch,
  { keepMembers, searchedMax }: SearchLimits,
): Promise<CascadeSearch> {
  const { known, lineage } = search;
  const sequence = await readSequence(tx, ctx);
  const concerned = await readConcerned(tx, ctx, search.sequence);
  const changed = [...concerned.keys()].filter((id) => known.has(id));
  const caller = [ctx.actor.memberId, ...(ctx.actor.type === 'key' ? [ctx.actor.keyId] : [])];
  const isDecisive = [...concerned].some(
    ([id, isSubject]) =>
      lineage.members.has(id) || id.startsWith('role_') || (isSubject && caller.includes(id)),
  );
  if (changed.length === 0 && !isDecisive) return { ...search, sequence };
  const removable = await findRemovable(tx, ctx, keepMembers);
  const before = await readLineage(tx, ctx, changed, removable, undefined, lineage.members.keys());
  const removableNow = [...before.removable].filter((id) => !known.has(id));
  const all = new Set([...known, ...removableNow]);
  const idsMax = searchedMax + search.roots.length;
  const from = [...changed, ...removableNow];
  const isComplete = await addLinked(tx, ctx, all, from, removable, idsMax);
  const added = [...all].filter((id) => !known.has(id));
  const news = await readLineage(
    tx,
    ctx,
    [...changed, ...added],
    removable,
    undefined,
    lineage.members.keys(),
  );
  return complete(tx, ctx, {
    roots: search.roots,
    known: all,
    lineage: { ...merged(lineage, news, changed), isComplete: lineage.isComplete && isComplete },
    ended: search.ended,
    sequence,
  });
}

/** Of keys from which more came than a request searches: what was found has ended. */
export function cascadeTooLarge(searchedMax: number): DomainError {
  return new DomainError(
    'cascade_too_large',
    `The key was revoked, and so was what was found. But more than ${searchedMax.toLocaleString('en')} keys and members lead to something that came from it. Repeat the request, which ends more of it. Once that ends nothing more, do the same with the keys that this key created: GET /v1/api-keys with createdByKeyId lists those that are not deleted, and the audit log names the others.`,
  );
}

/** What the lineage shows of the roots. */
async function complete(
  db: Database | Transaction,
  ctx: Ctx,
  search: Omit<CascadeSearch, 'foreign' | 'taken' | 'created'>,
): Promise<CascadeSearch> {
  const ids = search.roots.map(({ id }) => id);
  const foreign = findForeignRoots(ctx, search.lineage, ids);
  const own = ids.filter((id) => !foreign.has(id));
  const created = await findCreated(db, ctx, search.lineage, own);
  const { rootNow } = traceDescendants(search.lineage, foreign.size > 0 ? own : []);
  const taken = new Set([...foreign].filter((id) => rootNow(id) !== undefined));
  const keys = created.keys.filter(({ id }) => !search.ended.has(id));
  return { ...search, foreign, taken, created: { ...created, keys } };
}

/** @param changed ids whose rows were read again: what is not among the news is gone */
function merged(
  old: ReadLineage,
  news: ReadLineage,
  changed: readonly string[],
): Omit<ReadLineage, 'isComplete'> {
  const keys = new Map(old.keys);
  for (const id of changed) keys.delete(id);
  for (const [id, row] of news.keys) keys.set(id, row);
  return {
    // Links that are gone were there once.
    links: [...old.links, ...news.links],
    admissions: news.admissions,
    removable: news.removable,
    keys,
    members: news.members,
  };
}

/** Of the last event of the audit log. */
export async function readSequence(
  db: Database | Transaction,
  { organizationId }: Ctx,
): Promise<number> {
  const { rows } = await db.execute<{ sequence: string }>(sql`
    select ${auditChain.sequence} as sequence from ${auditChain}
    where ${auditChain.organizationId} = ${organizationId}`);
  return Number(rows[0]?.sequence ?? 0);
}

const IDS = '(?<=")(?:key|mem|role)_[0-9A-Za-z]+(?=")';

/**
 * The keys, members and roles that events of other requests name in any way, with whether an event may
 * have changed them, and not only what they did.
 */
async function readConcerned(
  tx: Transaction,
  { organizationId, origin }: Ctx,
  sequence: number,
): Promise<ReadonlyMap<string, boolean>> {
  const { actor, action, target, before, after } = auditEvent;
  const text: SQL = sql`concat_ws(' ', ${actor}, ${target}, ${before}, ${after})`;
  const { rows } = await tx.execute<{ id: string; isSubject: boolean }>(sql`
    select named[1] as id, bool_or(${target} ->> 'id' = named[1]
      or starts_with(${action}, 'organization.')) as "isSubject"
    from ${auditEvent}, regexp_matches(${text}, ${IDS}, 'g') as named
    where ${auditEvent.organizationId} = ${organizationId} and ${auditEvent.sequence} > ${sequence}
      and ${auditEvent.requestId} <> ${origin.requestId}
    group by 1`);
  return new Map(rows.map(({ id, isSubject }) => [id, isSubject]));
}
