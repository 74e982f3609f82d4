import { and } from 'drizzle-orm';
import { findDeletedKey } from '../../access/find-deleted-key.ts';
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
  type Root,
  readSequence,
  refreshSearch,
  SEARCHED_MAX,
  type SearchLimits,
  searchCascade,
} from './cascade-search.ts';
import { endCreated, namesAny } from './created-by-key.ts';
import { idsOf } from './end-rows.ts';
import { takePart } from './ended-part.ts';
import type { Created } from './find-created.ts';
import { treeOfAnotherLeft } from './foreign-roots.ts';
import type { KeepMembers } from './removable-members.ts';
import { setAllRevoked } from './set-status.ts';

interface Cascade {
  readonly reason?: string | undefined;
  readonly keepMembers?: KeepMembers | undefined;
  /** Whether the key may be deleted already. */
  readonly mayBeDeleted?: boolean;
}

/** What one transaction ended. */
interface Part {
  /** The search that it ended a part of, and what is left; undefined where that is nothing. */
  readonly search: CascadeSearch;
  readonly rest: Created | undefined;
  readonly keyIds: readonly string[];
  /** Of which it ended something. */
  readonly rootIds: readonly string[];
}

/**
 * Revokes keys, and then what they created, in as many transactions as that takes. The first one
 * revokes the keys alone: however much they created, they stop before anybody looks for it. The search
 * then holds no lock; each transaction adds what came since, so that nothing escapes the last one.
 * @returns why a key was not revoked, or not with what it created
 * @throws DomainError cascade_includes_caller, before anything has changed
 */
export async function revokeWithCreated(
  ctx: Ctx,
  ids: readonly string[],
  cascade: Cascade,
  searchedMax = SEARCHED_MAX,
): Promise<ReadonlyMap<string, DomainError>> {
  const { confirmed, sequence, roots, refusals } = await stopRoots(ctx, ids, cascade);
  const outcomes = new Map(refusals);
  const limits = { keepMembers: cascade.keepMembers, searchedMax };
  let pending = roots;
  while (pending.length > 0) {
    let search = await searchFirst(confirmed, pending, sequence, limits);
    pending = pending.slice(search.roots.length);
    for (let isWhole = false; !isWhole; ) {
      const part = await endNext(ctx, search, refusals, limits);
      for (const id of part.rootIds) outcomes.delete(id);
      for (const id of part.keyIds) search.ended.add(id);
      isWhole = part.rest === undefined;
      search = { ...part.search, created: part.rest ?? part.search.created };
    }
    for (const { id } of search.roots) {
      if (!search.lineage.isComplete) outcomes.set(id, cascadeTooLarge(searchedMax));
      else if (search.taken.has(id)) outcomes.delete(id);
      else if (search.foreign.has(id)) outcomes.set(id, treeOfAnotherLeft());
    }
  }
  return outcomes;
}

interface Stopped {
  /** The caller with what they hold, as of this event of the audit log. */
  readonly confirmed: Ctx;
  readonly sequence: number;
  /** The keys that the caller sees, in the order of the request. */
  readonly roots: readonly Root[];
  /** Why a key was not revoked: it may be revoked already, and what it created may be left. */
  readonly refusals: ReadonlyMap<string, DomainError>;
}

/** Revokes the keys, and nothing else. */
function stopRoots(ctx: Ctx, ids: readonly string[], cascade: Cascade): Promise<Stopped> {
  const spec = { scope: 'api_keys.revoke', action: 'api_key.revoke' } as const;
  return write<Stopped>(ctx, spec, async (tx, confirmed) => {
    const sequence = await readSequence(tx, confirmed);
    const roots = await findRoots(tx, confirmed, ids, cascade);
    const rootIds = roots.map(({ id }) => id);
    await requireCallerOutside(tx, confirmed, rootIds, cascade.keepMembers);
    const { refusals, events, changes } = await setAllRevoked(tx, confirmed, ids, cascade.reason);
    const result = { confirmed, sequence, roots, refusals };
    const [first, ...furtherEvents] = events;
    return first ? { result, ...first, furtherEvents, changes } : { replayed: result };
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

/** Of all, or of as many of the first as can be searched at once. */
async function searchFirst(
  ctx: Ctx,
  roots: readonly Root[],
  sequence: number,
  limits: SearchLimits,
): Promise<CascadeSearch> {
  let searched = roots;
  let search = await searchCascade(ctx, searched, sequence, limits);
  while (!search.lineage.isComplete && searched.length > 1) {
    searched = searched.slice(0, Math.ceil(searched.length / 4));
    search = await searchCascade(ctx, searched, sequence, limits);
  }
  return search;
}

/**
 * Ends as much of what the keys created as one transaction ends.
 * @param refusals of keys that were revoked before: who stays is not named of them again
 */
function endNext(
  ctx: Ctx,
  found: CascadeSearch,
  refusals: Stopped['refusals'],
  limits: SearchLimits,
): Promise<Part> {
  const spec = { scope: 'api_keys.revoke', action: 'api_key.cascade' } as const;
  return write<Part>(ctx, spec, async (tx, confirmed) => {
    await allowLongStatements(tx);
    const search = await refreshSearch(tx, confirmed, found, limits);
    const { roots, foreign, created } = search;
    await requireVisible(tx, confirmed, roots);
    requireCallerLeft(confirmed, created);
    const own = roots.filter(({ id }) => !foreign.has(id));
    const { part, rest } = takePart(created);
    const ended = await endCreated(tx, confirmed, part, own);
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
    const result = { search, rest, keyIds: idsOf(part.keys), rootIds };
    const [first, ...furtherEvents] = events;
    return first ? { result, ...first, furtherEvents, changes } : { replayed: result };
  });
}

/** The caller may have lost sight of a key since. @throws DomainError not_found */
async function requireVisible(tx: Transaction, ctx: Ctx, roots: readonly Root[]): Promise<void> {
  const visible = await findRoots(tx, ctx, idsOf(roots), { mayBeDeleted: true });
  const seen = new Set(idsOf(visible));
  const unseen = roots.find(({ id }) => !seen.has(id));
  if (unseen) throw notFound('API key', unseen.id);
}
