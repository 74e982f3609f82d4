import type { ErrorCode, RouteInput, RouteOutput, Routes } from '@tollkeeper/contract';
import { and, asc, eq } from 'drizzle-orm';
import { visibleKeys } from '../../access/visible-keys.ts';
import type { Ctx } from '../../context.ts';
import type { Transaction } from '../../db/connect.ts';
import { apiKey } from '../../db/schema/index.ts';
import { DomainError, notFound } from '../../domain-error.ts';
import type { Change } from '../../write/change.ts';
import { type FurtherEvent, write } from '../../write/write.ts';
import { among } from './among.ts';
import { type Next, refuseStatus, type StatusChange } from './change-status.ts';
import { revokeCreated } from './created-by-key.ts';
import {
  CASCADE_MAX,
  findForeignTrees,
  lockForest,
  splitForest,
  treeOfAnother,
  treeTooLarge,
} from './created-forest.ts';
import { disabled } from './disable-key.ts';
import { enabled } from './enable-key.ts';
import { keyFacts } from './key-view.ts';
import type { KeyRow } from './lock-key.ts';
import { revocation, revokeEvent } from './revoke-key.ts';

type Results = RouteOutput<Routes['revokeKeys']>;
type RevokeBody = RouteInput<Routes['revokeKeys']>['body'];
type Verb = 'disable' | 'enable' | 'revoke';

interface BulkChange {
  /** Why a key was not changed; a key that was changed is not among them. */
  readonly refusals: ReadonlyMap<string, DomainError>;
  readonly events: readonly FurtherEvent[];
  readonly changes: readonly Change[];
}

/** These concern one key, and leave the others to be changed. */
const REFUSALS: readonly ErrorCode[] = [
  'not_found',
  'invalid_state',
  'insufficient_scope',
  'scope_not_held',
  'ceiling_exceeded',
  'cascade_too_large',
];

/** Disables each key as `disableKey` does, and answers why it could not disable the others. */
export function disableKeys(ctx: Ctx, { body }: RouteInput<Routes['disableKeys']>) {
  return bulkWrite(ctx, 'disable', body.ids, (tx, confirmed, ids) =>
    setStatus(tx, confirmed, 'disable', ids, disabled),
  );
}

/**
 * Enables each key as `enableKey` does, and answers why it could not enable the others.
 * @throws DomainError recent_sign_in_required, and changes none of them
 */
export function enableKeys(ctx: Ctx, { body }: RouteInput<Routes['enableKeys']>) {
  return bulkWrite(ctx, 'enable', body.ids, (tx, confirmed, ids) =>
    setStatus(tx, confirmed, 'enable', ids, enabled),
  );
}

/** Revokes each key as `revokeKey` does, and answers why it could not revoke the others. */
export function revokeKeys(ctx: Ctx, { body }: RouteInput<Routes['revokeKeys']>) {
  return bulkWrite(ctx, 'revoke', body.ids, (tx, confirmed, ids) =>
    body.cascade
      ? revokeTrees(tx, confirmed, ids, body)
      : setStatus(tx, confirmed, 'revoke', ids, (row, { now }) => {
          if (row.status === 'revoked') refuseStatus('revoke', row);
          return revocation(row, now, body.reason);
        }),
  );
}

/** One transaction for all keys, with an event for each. */
function bulkWrite(
  ctx: Ctx,
  verb: Verb,
  requested: readonly string[],
  change: (tx: Transaction, ctx: Ctx, ids: readonly string[]) => Promise<BulkChange>,
): Promise<Results> {
  const ids = [...new Set(requested)];
  const spec = { scope: 'api_keys.revoke', action: `api_key.${verb}` } as const;
  return write<Results>(ctx, spec, async (tx, confirmed) => {
    const { refusals, events, changes } = await change(tx, confirmed, ids);
    const result = { results: ids.map((id) => ({ id, error: errorOf(refusals.get(id)) })) };
    const [first, ...furtherEvents] = events;
    if (!first) return { replayed: result };
    const { target, before, after } = first;
    return { result, target, before, after, furtherEvents, changes };
  });
}

function errorOf(refusal: DomainError | undefined): Results['results'][number]['error'] {
  if (!refusal) return null;
  const { code, message, details } = refusal;
  return { code, detail: message, ...(details.scopes && { scopes: details.scopes }) };
}

/** @param next what to set, equal for all keys; throws for a key that may not be changed */
async function setStatus(
  tx: Transaction,
  ctx: Ctx,
  verb: Verb,
  ids: readonly string[],
  next: (row: KeyRow, change: StatusChange) => Next | Promise<Next>,
): Promise<BulkChange> {
  const rows = new Map((await lockKeys(tx, ctx, ids)).map((row) => [row.id, row]));
  const now = ctx.services.clock();
  const refusals = new Map<string, DomainError>();
  const changed: { readonly row: KeyRow; readonly set: Next }[] = [];
  for (const id of ids) {
    await orRefused(refusals, id, async () => {
      const row = rows.get(id);
      if (!row) throw notFound('API key', id);
      changed.push({ row, set: await next(row, { tx, ctx, now }) });
    });
  }
  const changedIds = changed.map(({ row }) => row.id);
  const [first] = changed;
  if (first) {
    await tx
      .update(apiKey)
      .set(first.set)
      .where(and(eq(apiKey.organizationId, ctx.organizationId), among(apiKey.id, changedIds)));
  }
  return {
    refusals,
    events: changed.map(({ row, set }) => ({
      action: `api_key.${verb}`,
      target: { type: 'api_key', id: row.id, name: row.name },
      before: keyFacts(row),
      after: keyFacts({ ...row, ...set }),
    })),
    changes: changed.map(({ row: { id, workspaceId } }) => ({
      kind: 'key',
      subjectId: id,
      workspaceId,
    })),
  };
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

/** In the order of ids, as all lock keys. */
function lockKeys(tx: Transaction, ctx: Ctx, ids: readonly string[]): Promise<KeyRow[]> {
  return tx
    .select()
    .from(apiKey)
    .where(and(visibleKeys(ctx), among(apiKey.id, ids)))
    .orderBy(asc(apiKey.id))
    .for('update');
}

/**
 * In the order of the request: a key that the tree of an earlier one holds goes with it, as was asked.
 * Those beyond what one request revokes are left as they are.
 */
async function revokeTrees(
  tx: Transaction,
  ctx: Ctx,
  ids: readonly string[],
  { reason, keepMembers }: RevokeBody,
): Promise<BulkChange> {
  const visible = await findVisibleIds(tx, ctx, ids);
  const forest = await lockForest(tx, ctx, visible, keepMembers);
  const rows = new Map((await lockKeys(tx, ctx, visible)).map((row) => [row.id, row]));
  const foreign = findForeignTrees(ctx, forest, visible);
  const refusals = new Map<string, DomainError>();
  for (const id of ids) {
    if (!rows.has(id)) refusals.set(id, notFound('API key', id));
    else if (forest.tooLarge.has(id)) refusals.set(id, treeTooLarge());
    else if (forest.postponed.has(id)) refusals.set(id, tooMany());
  }
  const rootIds = ids.filter((id) => !refusals.has(id));
  const own = rootIds.filter((id) => !foreign.has(id));
  const trees = splitForest(forest, own, CASCADE_MAX);
  const taken = new Set([...trees.values()].flat());
  for (const id of rootIds) {
    // One that the caller could not revoke alone may be in the tree of another.
    if (!taken.has(id)) refusals.set(id, foreign.has(id) ? treeOfAnother() : tooMany());
  }
  const revokedBelow = await revokeCreated(tx, ctx, forest, trees);
  const events: FurtherEvent[] = [];
  const changes: Change[] = [];
  const now = ctx.services.clock();
  const revoked: string[] = [];
  for (const id of rootIds) {
    const row = rows.get(id);
    if (!row || refusals.has(id)) continue;
    await orRefused(refusals, id, async () => {
      const created = revokedBelow(id);
      if (row.status === 'revoked' && created.events.length === 0) refuseStatus('revoke', row);
      // The tree of an earlier key took it along.
      if (!trees.has(id)) return;
      const event = revokeEvent(row, revocation(row, now, reason), created.counts);
      events.push({ action: 'api_key.revoke', ...event });
      changes.push({ kind: 'key', subjectId: id, workspaceId: row.workspaceId });
      for (const each of created.events) events.push(each);
      for (const each of created.changes) changes.push(each);
      if (row.status !== 'revoked') revoked.push(id);
    });
  }
  await tx
    .update(apiKey)
    .set({ status: 'revoked', revokedAt: now, revokeReason: reason ?? null })
    .where(and(eq(apiKey.organizationId, ctx.organizationId), among(apiKey.id, revoked)));
  return { refusals, events, changes };
}

function tooMany(): DomainError {
  return new DomainError(
    'unavailable',
    'The other keys of the request took too many keys along. This one stays as it is; revoke it in another request.',
  );
}

async function orRefused(
  refusals: Map<string, DomainError>,
  id: string,
  change: () => Promise<void>,
): Promise<void> {
  try {
    await change();
  } catch (error) {
    if (!(error instanceof DomainError) || !REFUSALS.includes(error.code)) throw error;
    refusals.set(id, error);
  }
}
