import { and } from 'drizzle-orm';
import { findDeletedKey } from '../../access/find-deleted-key.ts';
import { visibleKeys } from '../../access/visibility.ts';
import type { Ctx } from '../../context.ts';
import type { Transaction } from '../../db/connect.ts';
import { apiKey } from '../../db/schema/index.ts';
import { type DomainError, notFound } from '../../domain-error.ts';
import type { Change } from '../../write/change.ts';
import { type FurtherEvent, type Replayed, type Written, write } from '../../write/write.ts';
import { among } from './among.ts';
import { requireCallerLeft, requireCallerOutside } from './caller-in-cascade.ts';
import { endCreated, namesAny, searchLineage, treeTooLarge } from './created-by-key.ts';
import { idsOf } from './end-rows.ts';
import { fitsOneTransaction } from './ended-part.ts';
import { findCreated } from './find-created.ts';
import { findForeignRoots, treeOfAnotherLeft } from './foreign-roots.ts';
import type { KeepMembers } from './removable-members.ts';
import { setAllRevoked } from './set-status.ts';
import { traceDescendants } from './trace-descendants.ts';

interface Cascade {
  readonly reason?: string | undefined;
  readonly keepMembers?: KeepMembers | undefined;
  /** Whether the key may be deleted already. */
  readonly mayBeDeleted?: boolean;
}

/** A key with which a cascade begins. */
interface Root {
  readonly id: string;
  readonly name: string;
}

interface Part {
  /** Why a key was not revoked with what it created; undefined for one that was. */
  readonly outcomes: ReadonlyMap<string, DomainError | undefined>;
  /** Keys of which something may be left to end. */
  readonly pending: readonly string[];
}

/**
 * Revokes keys, and then what they created, in as many transactions as that takes. The first one
 * revokes the keys alone: however much they created, they stop before anybody looks for it.
 * @returns why a key was not revoked, or not with what it created
 * @throws DomainError cascade_includes_caller, before anything has changed
 */
export async function revokeWithCreated(
  ctx: Ctx,
  ids: readonly string[],
  cascade: Cascade,
): Promise<ReadonlyMap<string, DomainError>> {
  const refusals = await stopRoots(ctx, ids, cascade);
  const outcomes = new Map<string, DomainError | undefined>();
  const spec = { scope: 'api_keys.revoke', action: 'api_key.cascade' } as const;
  let pending: readonly string[] = ids.filter(
    (id) => refusals.get(id)?.code !== 'not_found' || cascade.mayBeDeleted,
  );
  while (pending.length > 0) {
    const part = await write<Part>(ctx, spec, (tx, confirmed) =>
      endPart(tx, confirmed, pending, cascade, refusals),
    );
    for (const [id, outcome] of part.outcomes) if (!outcomes.has(id)) outcomes.set(id, outcome);
    pending = part.pending;
  }
  return new Map(
    ids.flatMap((id) => {
      const outcome = outcomes.has(id) ? outcomes.get(id) : refusals.get(id);
      return outcome ? [[id, outcome]] : [];
    }),
  );
}

/**
 * Revokes the keys, and nothing else.
 * @returns why a key was not revoked: it may be revoked already, and what it created may be left
 */
function stopRoots(
  ctx: Ctx,
  ids: readonly string[],
  cascade: Cascade,
): Promise<ReadonlyMap<string, DomainError>> {
  const spec = { scope: 'api_keys.revoke', action: 'api_key.revoke' } as const;
  return write(ctx, spec, async (tx, confirmed) => {
    const roots = await findRoots(tx, confirmed, ids, cascade);
    const rootIds = roots.map(({ id }) => id);
    await requireCallerOutside(tx, confirmed, rootIds, cascade.keepMembers);
    const { refusals, events, changes } = await setAllRevoked(tx, confirmed, ids, cascade.reason);
    const [first, ...furtherEvents] = events;
    return first ? { result: refusals, ...first, furtherEvents, changes } : { replayed: refusals };
  });
}

/** Those that the caller sees, in the order of the request, before anything is locked. */
async function findRoots(
  tx: Transaction,
  ctx: Ctx,
  ids: readonly string[],
  { mayBeDeleted }: Cascade,
): Promise<Root[]> {
  const rows = await tx
    .select({ id: apiKey.id, name: apiKey.name })
    .from(apiKey)
    .where(and(visibleKeys(ctx), among(apiKey.id, ids)));
  const visible = new Map(rows.map((row) => [row.id, row]));
  const roots: Root[] = [];
  for (const id of ids) {
    const root = visible.get(id) ?? (mayBeDeleted && (await findDeletedKey(tx, ctx, id)));
    if (root) roots.push({ id, name: root.name });
  }
  return roots;
}

/**
 * Ends as much of what the first of the keys created as one transaction ends.
 * @param refusals of keys that were revoked before the request: of these alone, who stays is not named again
 */
async function endPart(
  tx: Transaction,
  ctx: Ctx,
  ids: readonly string[],
  cascade: Cascade,
  refusals: ReadonlyMap<string, DomainError>,
): Promise<Written<Part> | Replayed<Part>> {
  const roots = await findRoots(tx, ctx, ids, cascade);
  const outcomes = new Map<string, DomainError | undefined>();
  const seen = new Set(roots.map(({ id }) => id));
  for (const id of ids) if (!seen.has(id)) outcomes.set(id, notFound('API key', id));
  const { searched, lineage } = await searchFirst(tx, ctx, roots, cascade.keepMembers);
  const searchedIds = searched.map(({ id }) => id);
  const later = roots.slice(searched.length).map(({ id }) => id);
  if (!lineage.isComplete) {
    for (const id of searchedIds) outcomes.set(id, treeTooLarge());
    return { replayed: { outcomes, pending: later } };
  }
  const foreign = findForeignRoots(ctx, lineage, searchedIds);
  const own = searched.filter(({ id }) => !foreign.has(id));
  const ownIds = own.map(({ id }) => id);
  const created = await findCreated(tx, ctx, lineage, ownIds);
  requireCallerLeft(ctx, created);
  // One that the caller could not revoke alone may have come from another.
  const { rootNow } = traceDescendants(lineage, foreign.size > 0 ? ownIds : []);
  for (const id of foreign) outcomes.set(id, rootNow(id) ? undefined : treeOfAnotherLeft());
  const ended = await endCreated(tx, ctx, created, own);
  const events: FurtherEvent[] = [];
  const changes: Change[] = [];
  for (const { id, name } of own) {
    const { counts, events: endEvents, changes: endChanges } = ended(id);
    if (endEvents.length > 0) outcomes.set(id, undefined);
    else if (refusals.has(id) || !namesAny(counts)) continue;
    const target = { type: 'api_key' as const, id, name };
    events.push({ action: 'api_key.cascade', target, before: null, after: { created: counts } });
    for (const each of endEvents) events.push(each);
    for (const each of endChanges) changes.push(each);
  }
  const result = { outcomes, pending: fitsOneTransaction(created) ? later : [...ownIds, ...later] };
  const [first, ...furtherEvents] = events;
  return first ? { result, ...first, furtherEvents, changes } : { replayed: result };
}

/** The lineage of all, or of as many of the first as can be searched at once. */
async function searchFirst(
  tx: Transaction,
  ctx: Ctx,
  roots: readonly Root[],
  keepMembers: Cascade['keepMembers'],
) {
  let searched = roots;
  const search = () => searchLineage(tx, ctx, idsOf(searched), keepMembers);
  let lineage = await search();
  while (!lineage.isComplete && searched.length > 1) {
    searched = searched.slice(0, Math.ceil(searched.length / 4));
    lineage = await search();
  }
  return { searched, lineage };
}
