import type { ErrorCode } from '@tollkeeper/contract';
import { and, asc, eq } from 'drizzle-orm';
import { visibleKeys } from '../../access/visibility.ts';
import type { Ctx } from '../../context.ts';
import { among } from '../../db/among.ts';
import type { Transaction } from '../../db/connect.ts';
import { apiKey } from '../../db/schema/index.ts';
import { DomainError, notFound } from '../../domain-error.ts';
import type { Change } from '../../write/change.ts';
import type { FurtherEvent } from '../../write/write.ts';
import { type Next, revoked, type StatusChange } from './change-status.ts';
import { keyFacts } from './key-view.ts';
import type { KeyRow } from './lock-key.ts';

export type Verb = 'disable' | 'enable' | 'revoke';

export interface BulkChange {
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

/** Revokes each of the keys that the caller sees, without what it created. */
export function setAllRevoked(
  tx: Transaction,
  ctx: Ctx,
  ids: readonly string[],
  reason: string | undefined,
): Promise<BulkChange> {
  return setStatus(tx, ctx, 'revoke', ids, revoked(reason));
}

/** @param next what to set, equal for all keys; throws for a key that may not be changed */
export async function setStatus(
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
      target: { type: 'api_key', id: row.id, name: row.name, workspaceId: row.workspaceId },
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
