import type { ApiKey, RouteInput, Routes } from '@tollkeeper/contract';
import { eq } from 'drizzle-orm';
import type { Ctx } from '../../context.ts';
import type { Transaction } from '../../db/connect.ts';
import { apiKey } from '../../db/schema/index.ts';
import { write } from '../../write/write.ts';
import { refuseStatus } from './change-status.ts';
import { type CreatedCounts, revokeTree } from './created-by-key.ts';
import { lockForest } from './created-forest.ts';
import { keyFacts, readKey } from './key-view.ts';
import { type KeyRow, lockKey, requireVisibleKey } from './lock-key.ts';

/**
 * Final: no verb leads out of revoked. With `cascade` the key takes along what it created; that can
 * also be done later, to a key that is revoked already.
 * @throws DomainError not_found, invalid_state, insufficient_scope, cascade_too_large
 */
export function revokeKey(ctx: Ctx, { params, body }: RouteInput<Routes['revokeKey']>) {
  const spec = { scope: 'api_keys.revoke', action: 'api_key.revoke' } as const;
  return write<ApiKey>(ctx, spec, async (tx, confirmed) => {
    const revoked = await revokeLocked(tx, confirmed, params.id, body);
    return { result: await readKey(tx, confirmed, params.id), ...revoked };
  });
}

/** Locks the key and revokes it. */
async function revokeLocked(
  tx: Transaction,
  ctx: Ctx,
  id: string,
  { reason, cascade, keepMembers }: RouteInput<Routes['revokeKey']>['body'],
) {
  if (cascade) await requireVisibleKey(tx, ctx, id);
  const forest = cascade ? await lockForest(tx, ctx, [id], keepMembers) : undefined;
  const row = await lockKey(tx, ctx, id);
  const created = forest && (await revokeTree(tx, ctx, forest, id));
  if (row.status === 'revoked' && !created?.events.length) refuseStatus('revoke', row);
  const set = revocation(row, ctx.services.clock(), reason);
  await tx.update(apiKey).set(set).where(eq(apiKey.id, row.id));
  return {
    ...revokeEvent(row, set, created?.counts),
    furtherEvents: created?.events ?? [],
    changes: [
      { kind: 'key' as const, subjectId: row.id, workspaceId: row.workspaceId },
      ...(created?.changes ?? []),
    ],
  };
}

/** @param created what went along, where that was asked for */
export function revokeEvent(row: KeyRow, set: Partial<KeyRow>, created?: CreatedCounts) {
  return {
    target: { type: 'api_key' as const, id: row.id, name: row.name },
    before: keyFacts(row),
    after: { ...keyFacts({ ...row, ...set }), ...(created && { created }) },
  };
}

/** What is revoked keeps when and why. */
export function revocation(row: KeyRow, now: Date, reason: string | undefined) {
  const { status, revokedAt, revokeReason } = row;
  return status === 'revoked'
    ? { status, revokedAt, revokeReason }
    : { status: 'revoked' as const, revokedAt: now, revokeReason: reason ?? null };
}
