import type { RouteInput, Routes } from '@tollkeeper/contract';
import { and, eq } from 'drizzle-orm';
import { visibleKeys } from '../../access/visibility.ts';
import type { Ctx } from '../../context.ts';
import type { Transaction } from '../../db/connect.ts';
import { apiKey } from '../../db/schema/index.ts';
import { type DomainError, notFound } from '../../domain-error.ts';
import type { Change } from '../../write/change.ts';
import { type FurtherEvent, type Replayed, type Written, write } from '../../write/write.ts';
import { among } from './among.ts';
import { refusedStatus } from './change-status.ts';
import { endCreated, searchLineage, treeTooLarge } from './created-by-key.ts';
import { fitsOneTransaction } from './ended-part.ts';
import { findCreated, findForeignRoots, treeOfAnother } from './find-created.ts';
import type { KeyRow } from './lock-key.ts';
import { revocation, revokeEvent } from './revoke-key.ts';

type Body = RouteInput<Routes['revokeKeys']>['body'];

interface Part {
  /** Why a key was not revoked; undefined for one that was. */
  readonly outcomes: ReadonlyMap<string, DomainError | undefined>;
  /** Keys of which something may be left to end. */
  readonly pending: readonly string[];
}

/**
 * Revokes keys with what they created, in as many transactions as that takes.
 * @returns why a key was not revoked
 */
export async function revokeWithCreated(
  ctx: Ctx,
  ids: readonly string[],
  body: Body,
): Promise<ReadonlyMap<string, DomainError>> {
  const outcomes = new Map<string, DomainError | undefined>();
  const spec = { scope: 'api_keys.revoke', action: 'api_key.revoke' } as const;
  let pending = ids;
  while (pending.length > 0) {
    const part = await write<Part>(ctx, spec, (tx, confirmed) =>
      revokePart(tx, confirmed, pending, body),
    );
    for (const [id, outcome] of part.outcomes) if (!outcomes.has(id)) outcomes.set(id, outcome);
    pending = part.pending;
  }
  return new Map([...outcomes].flatMap(([id, outcome]) => (outcome ? [[id, outcome]] : [])));
}

/** Revokes the first of the keys, with as much of what they created as one transaction ends. */
async function revokePart(
  tx: Transaction,
  ctx: Ctx,
  ids: readonly string[],
  { reason, keepMembers }: Body,
): Promise<Written<Part> | Replayed<Part>> {
  const visible = await findVisibleIds(tx, ctx, ids);
  const outcomes = new Map<string, DomainError | undefined>();
  for (const id of ids) if (!visible.includes(id)) outcomes.set(id, notFound('API key', id));
  const { rootIds, lineage } = await searchFirst(tx, ctx, visible, keepMembers);
  const later = visible.slice(rootIds.length);
  if (!lineage.isComplete) {
    for (const id of rootIds) outcomes.set(id, treeTooLarge());
    return { replayed: { outcomes, pending: later } };
  }
  const foreign = findForeignRoots(ctx, lineage, rootIds);
  const own = rootIds.filter((id) => !foreign.has(id));
  const created = await findCreated(tx, ctx, lineage, own);
  // One that the caller could not revoke alone may have come from another.
  const taken = new Set(created.keys.map(({ id }) => id));
  for (const id of foreign) outcomes.set(id, taken.has(id) ? undefined : treeOfAnother());
  const { ended, rows } = await endCreated(tx, ctx, created, own);
  const isWhole = fitsOneTransaction(created);
  const now = ctx.services.clock();
  const events: FurtherEvent[] = [];
  const changes: Change[] = [];
  const revoked: string[] = [];
  for (const id of own) {
    const row = rows.get(id);
    if (!row) continue;
    const { counts, events: endEvents, changes: endChanges } = ended(id);
    if (row.status === 'revoked' && endEvents.length === 0) {
      if (isWhole) outcomes.set(id, refusedStatus('revoke', row));
      continue;
    }
    outcomes.set(id, undefined);
    const event = revokeEvent(row, revocation(row, now, reason), counts);
    events.push({ action: 'api_key.revoke', ...event });
    changes.push({ kind: 'key', subjectId: id, workspaceId: row.workspaceId });
    for (const each of endEvents) events.push(each);
    for (const each of endChanges) changes.push(each);
    if (row.status !== 'revoked') revoked.push(id);
  }
  await setRevoked(tx, ctx, revoked, { now, reason });
  const result = { outcomes, pending: isWhole ? later : [...own, ...later] };
  const [first, ...furtherEvents] = events;
  return first ? { result, ...first, furtherEvents, changes } : { replayed: result };
}

/** In the order of the request, before anything is locked. */
async function findVisibleIds(tx: Transaction, ctx: Ctx, ids: readonly string[]) {
  const rows = await tx
    .select({ id: apiKey.id })
    .from(apiKey)
    .where(and(visibleKeys(ctx), among(apiKey.id, ids)));
  const visible = new Set(rows.map(({ id }) => id));
  return ids.filter((id) => visible.has(id));
}

/** The lineage of all, or of as many of the first as can be searched at once. */
async function searchFirst(
  tx: Transaction,
  ctx: Ctx,
  visible: readonly string[],
  keepMembers: Body['keepMembers'],
) {
  let rootIds = visible;
  let lineage = await searchLineage(tx, ctx, rootIds, keepMembers);
  while (!lineage.isComplete && rootIds.length > 1) {
    rootIds = rootIds.slice(0, Math.ceil(rootIds.length / 4));
    lineage = await searchLineage(tx, ctx, rootIds, keepMembers);
  }
  return { rootIds, lineage };
}

function setRevoked(
  tx: Transaction,
  { organizationId }: Ctx,
  ids: readonly string[],
  { now, reason }: { readonly now: Date; readonly reason: KeyRow['revokeReason'] | undefined },
) {
  return tx
    .update(apiKey)
    .set({ status: 'revoked', revokedAt: now, revokeReason: reason ?? null })
    .where(and(eq(apiKey.organizationId, organizationId), among(apiKey.id, ids)));
}
