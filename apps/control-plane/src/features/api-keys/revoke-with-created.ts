import { and } from 'drizzle-orm';
import { findDeletedKey } from '../../access/find-deleted-key.ts';
import { holds } from '../../access/require-scope.ts';
import { pruneToEnd } from '../../access/sweep-lineage.ts';
import { visibleKeys } from '../../access/visibility.ts';
import type { Ctx } from '../../context.ts';
import { allowLongStatements, type Database, type Transaction } from '../../db/connect.ts';
import { apiKey } from '../../db/schema/index.ts';
import { type DomainError, notFound } from '../../domain-error.ts';
import type { Change } from '../../write/change.ts';
import { type FurtherEvent, write } from '../../write/write.ts';
import { among } from './among.ts';
import { requireCallerLeft, requireCallerOutside } from './caller-in-cascade.ts';
import {
  type CascadeSearch,
  cascadeTooLarge,
  findLeft,
  type Root,
  SEARCHED_MAX,
  type SearchLimits,
  searchAtOnce,
  searchFirst,
} from './cascade-search.ts';
import { endCreated, namesAny } from './created-by-key.ts';
import { idsOf } from './end-rows.ts';
import { takePart } from './ended-part.ts';
import { treeOfAnotherLeft } from './foreign-roots.ts';
import type { KeepMembers } from './removable-members.ts';
import { setAllRevoked } from './set-status.ts';

interface Cascade {
  readonly reason?: string | undefined;
  readonly keepMembers?: KeepMembers | undefined;
  /** Whether the key may be deleted already. */
  readonly mayBeDeleted?: boolean;
}

/** What the next transaction searches, and what it ends of it. */
interface Part {
  readonly search: CascadeSearch;
  /** Whether nothing of what was found is left. */
  readonly isWhole: boolean;
  /** Of which it ended something. */
  readonly rootIds: readonly string[];
}

/**
 * Keys and members that a transaction searches at first, so that it is over soon. Only where all of them
 * ended before, the next one searches more.
 */
const SEARCHED_AT_ONCE_MAX = 10_000;

/**
 * Revokes keys with what they created: in one transaction where that is little. Otherwise the first one
 * revokes the keys alone, however much they created; then each transaction searches what is left, and
 * ends a part of it, until nothing is.
 * @returns why a key was not revoked, or not with what it created
 * @throws DomainError cascade_includes_caller
 */
export async function revokeWithCreated(
  ctx: Ctx,
  ids: readonly string[],
  cascade: Cascade,
  searchedMax = SEARCHED_MAX,
): Promise<ReadonlyMap<string, DomainError>> {
  const { db } = ctx.services;
  const atOnceMax = Math.min(searchedMax, SEARCHED_AT_ONCE_MAX);
  const stopped = await stopRoots(ctx, ids, cascade, atOnceMax);
  const outcomes = new Map(stopped.refusals);
  const settle = ({ search: { isComplete, roots, taken, foreign }, rootIds }: Part) => {
    for (const id of rootIds) outcomes.delete(id);
    for (const { id } of roots) {
      if (!isComplete) outcomes.set(id, cascadeTooLarge(searchedMax));
      else if (taken.has(id)) outcomes.delete(id);
      else if (foreign.has(id)) outcomes.set(id, treeOfAnotherLeft());
    }
    return roots.length;
  };
  let pending = stopped.roots;
  if (stopped.part) pending = pending.slice(settle(stopped.part));
  // A part would not show whether a key of another member is among the rest.
  const canEndPart = holds(ctx.scopes, 'api_keys.manage_all');
  const { keepMembers } = cascade;
  if (pending.length > 0 && pending.every(({ id }) => stopped.refusals.has(id))) {
    const left = await findLeft(ctx, pending, { keepMembers, searchedMax });
    if (left) pending = pending.slice(settle({ search: left, isWhole: true, rootIds: [] }));
  }
  while (pending.length > 0) {
    const end = (max: number) =>
      endNext(ctx, pending, stopped.refusals, { keepMembers, searchedMax: max });
    let part = await end(canEndPart ? atOnceMax : searchedMax);
    if (isStuck(part)) part = await end(searchedMax);
    if (isStuck(part) && (await pruneToEnd(db, ctx.organizationId))) {
      part = await end(searchedMax);
    }
    for (const id of part.rootIds) outcomes.delete(id);
    if (isStuck(part) || (part.search.isComplete && part.isWhole)) {
      pending = pending.slice(settle(part));
    }
  }
  return outcomes;
}

/** Whether it ended nothing, though it did not search everything. */
function isStuck({ search, rootIds }: Part): boolean {
  return !search.isComplete && rootIds.length === 0;
}

interface Stopped {
  /** The keys that the caller sees, in the order of the request. */
  readonly roots: readonly Root[];
  /** Why a key was not revoked: it may be revoked already, and what it created may be left. */
  readonly refusals: ReadonlyMap<string, DomainError>;
  /** What they created, where it went in the same transaction. */
  readonly part: Part | undefined;
}

/** Revokes the keys, and what they created if it is little. */
function stopRoots(
  ctx: Ctx,
  ids: readonly string[],
  cascade: Cascade,
  searchedMax: number,
): Promise<Stopped> {
  const spec = { scope: 'api_keys.revoke', action: 'api_key.revoke' } as const;
  return write<Stopped>(ctx, spec, async (tx, confirmed) => {
    const roots = await findRoots(tx, confirmed, ids, cascade);
    const rootIds = roots.map(({ id }) => id);
    await requireCallerOutside(tx, confirmed, rootIds, cascade.keepMembers);
    const { refusals, events, changes } = await setAllRevoked(tx, confirmed, ids, cascade.reason);
    // What keys created that were revoked before, is looked for without the lock.
    if (events.length === 0) return { replayed: { roots, refusals, part: undefined } };
    await allowLongStatements(tx);
    const limits = { keepMembers: cascade.keepMembers, searchedMax };
    const search = await searchAtOnce(tx, confirmed, roots, limits);
    const isLittle = search && takePart(search.created).rest === undefined;
    const ended = isLittle
      ? await endPart(tx, confirmed, search, { refusals, isBegun: false })
      : undefined;
    const result = { roots, refusals, part: ended?.part };
    const [first, ...furtherEvents] = [...events, ...(ended?.events ?? [])];
    return first
      ? { result, ...first, furtherEvents, changes: [...changes, ...(ended?.changes ?? [])] }
      : { replayed: result };
  });
}

/** Those that the caller sees, in the order of the request, before anything is locked. */
async function findRoots(
  db: Database | Transaction,
  ctx: Ctx,
  ids: readonly string[],
  { mayBeDeleted }: Pick<Cascade, 'mayBeDeleted'>,
): Promise<Root[]> {
  const rows = await db
    .select({ id: apiKey.id, name: apiKey.name })
    .from(apiKey)
    .where(and(visibleKeys(ctx), among(apiKey.id, ids)));
  const visible = new Map(rows.map((row) => [row.id, row]));
  const roots: Root[] = [];
  for (const id of ids) {
    const root = visible.get(id) ?? (mayBeDeleted && (await findDeletedKey(db, ctx, id)));
    if (root) roots.push({ id, name: root.name });
  }
  return roots;
}

/** Ends as much of what the keys created as one transaction ends. */
function endNext(
  ctx: Ctx,
  pending: readonly Root[],
  refusals: Stopped['refusals'],
  limits: SearchLimits,
): Promise<Part> {
  const spec = { scope: 'api_keys.revoke', action: 'api_key.cascade' } as const;
  return write<Part>(ctx, spec, async (tx, confirmed) => {
    await allowLongStatements(tx);
    await requireVisible(tx, confirmed, pending);
    const search = await searchFirst(tx, confirmed, pending, limits);
    const {
      part: result,
      events,
      changes,
    } = await endPart(tx, confirmed, search, {
      refusals,
      isBegun: true,
    });
    const [first, ...furtherEvents] = events;
    return first ? { result, ...first, furtherEvents, changes } : { replayed: result };
  });
}

/**
 * @param refusals of keys that were revoked before: who stays is not named of them again
 */
async function endPart(
  tx: Transaction,
  ctx: Ctx,
  search: CascadeSearch,
  { refusals, isBegun }: { readonly refusals: Stopped['refusals']; readonly isBegun: boolean },
) {
  const { roots, foreign, created } = search;
  requireCallerLeft(ctx, created, isBegun);
  const own = roots.filter(({ id }) => !foreign.has(id));
  const { part, rest } = takePart(created);
  const ended = await endCreated(tx, ctx, part, own);
  const events: FurtherEvent[] = [];
  const changes: Change[] = [];
  const rootIds: string[] = [];
  for (const { id, name } of own) {
    const { counts, events: endEvents, changes: endChanges } = ended(id);
    if (endEvents.length > 0) rootIds.push(id);
    else if (refusals.has(id) || !namesAny(counts)) continue;
    const target = { type: 'api_key' as const, id, name };
    events.push({ action: 'api_key.cascade', target, before: null, after: { created: counts } });
    for (const each of endEvents) events.push(each);
    for (const each of endChanges) changes.push(each);
  }
  const result: Part = { search, isWhole: rest === undefined, rootIds };
  return { part: result, events, changes };
}

/** The caller may have lost sight of a key since. @throws DomainError not_found */
async function requireVisible(tx: Transaction, ctx: Ctx, roots: readonly Root[]): Promise<void> {
  const visible = await findRoots(tx, ctx, idsOf(roots), { mayBeDeleted: true });
  const seen = new Set(idsOf(visible));
  const unseen = roots.find(({ id }) => !seen.has(id));
  if (unseen) throw notFound('API key', unseen.id);
}
