import type { ErrorCode, RouteInput, RouteOutput, Routes } from '@tollkeeper/contract';
import { and, asc, eq } from 'drizzle-orm';
import { visibleKeys } from '../../access/visibility.ts';
import type { Ctx } from '../../context.ts';
import type { Transaction } from '../../db/connect.ts';
import { apiKey } from '../../db/schema/index.ts';
import { DomainError, notFound } from '../../domain-error.ts';
import type { Change } from '../../write/change.ts';
import { type FurtherEvent, write } from '../../write/write.ts';
import { among } from './among.ts';
import { type Next, refuseStatus, type StatusChange } from './change-status.ts';
import { disabled, enabled } from './disable-key.ts';
import { keyFacts } from './key-view.ts';
import type { KeyRow } from './lock-key.ts';
import { requireCascade } from './removable-members.ts';
import { revocation } from './revoke-key.ts';
import { revokeWithCreated } from './revoke-with-created.ts';

type Results = RouteOutput<Routes['revokeKeys']>;
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
export async function revokeKeys(
  ctx: Ctx,
  { body }: RouteInput<Routes['revokeKeys']>,
): Promise<Results> {
  requireCascade(body.cascade ?? false, body.keepMembers);
  if (body.cascade) {
    const ids = [...new Set(body.ids)];
    return resultsOf(ids, await revokeWithCreated(ctx, ids, body));
  }
  return bulkWrite(ctx, 'revoke', body.ids, (tx, confirmed, ids) =>
    setStatus(tx, confirmed, 'revoke', ids, (row, { now }) => {
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
    const result = resultsOf(ids, refusals);
    const [first, ...furtherEvents] = events;
    if (!first) return { replayed: result };
    const { target, before, after } = first;
    return { result, target, before, after, furtherEvents, changes };
  });
}

function resultsOf(ids: readonly string[], refusals: BulkChange['refusals']): Results {
  return { results: ids.map((id) => ({ id, error: errorOf(refusals.get(id)) })) };
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

/** In the order of ids, as all lock keys. */
function lockKeys(tx: Transaction, ctx: Ctx, ids: readonly string[]): Promise<KeyRow[]> {
  return tx
    .select()
    .from(apiKey)
    .where(and(visibleKeys(ctx), among(apiKey.id, ids)))
    .orderBy(asc(apiKey.id))
    .for('update');
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
