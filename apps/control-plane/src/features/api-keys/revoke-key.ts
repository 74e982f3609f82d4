import type { ApiKey, RouteInput, Routes } from '@tollkeeper/contract';
import { eq } from 'drizzle-orm';
import type { Ctx } from '../../context.ts';
import { apiKey } from '../../db/schema/index.ts';
import { write } from '../../write/write.ts';
import { refuseStatus } from './change-status.ts';
import { type CreatedCounts, endCreated, findCreatedBy } from './created-by-key.ts';
import { fitsOneTransaction } from './ended-part.ts';
import { keyFacts, readKey } from './key-view.ts';
import { type KeyRow, lockKey, requireVisibleKey } from './lock-key.ts';
import { requireCascade } from './removable-members.ts';

/**
 * Final: no verb leads out of revoked. With `cascade` the key takes along what it created; that can
 * also be done later, to a key that is revoked already.
 * @throws DomainError not_found, invalid_state, insufficient_scope, cascade_too_large
 */
export async function revokeKey(
  ctx: Ctx,
  { params, body }: RouteInput<Routes['revokeKey']>,
): Promise<ApiKey> {
  requireCascade(body.cascade ?? false, body.keepMembers);
  for (let isFirst = true; ; isFirst = false) {
    const { key, isWhole } = await revokeOnce(ctx, params.id, body, isFirst);
    if (isWhole) return key;
  }
}

type Body = RouteInput<Routes['revokeKey']>['body'];

interface Revoked {
  readonly key: ApiKey;
  /** False where the key created more than one transaction ends. */
  readonly isWhole: boolean;
}

/** @param isFirst whether a key that is revoked already, and takes nothing along, is refused */
function revokeOnce(ctx: Ctx, id: string, body: Body, isFirst: boolean): Promise<Revoked> {
  const spec = { scope: 'api_keys.revoke', action: 'api_key.revoke' } as const;
  return write<Revoked>(ctx, spec, async (tx, confirmed) => {
    const { reason, cascade, keepMembers } = body;
    if (cascade) await requireVisibleKey(tx, confirmed, id);
    const found = cascade ? await findCreatedBy(tx, confirmed, id, keepMembers) : undefined;
    const created = found && (await endCreated(tx, confirmed, found, [id])).ended(id);
    const row = await lockKey(tx, confirmed, id);
    const isWhole = found === undefined || fitsOneTransaction(found);
    if (row.status === 'revoked' && !created?.events.length) {
      if (isFirst) refuseStatus('revoke', row);
      return { replayed: { key: await readKey(tx, confirmed, id), isWhole } };
    }
    const set = revocation(row, ctx.services.clock(), reason);
    await tx.update(apiKey).set(set).where(eq(apiKey.id, row.id));
    return {
      result: { key: await readKey(tx, confirmed, id), isWhole },
      ...revokeEvent(row, set, created?.counts),
      furtherEvents: created?.events ?? [],
      changes: [
        { kind: 'key' as const, subjectId: row.id, workspaceId: row.workspaceId },
        ...(created?.changes ?? []),
      ],
    };
  });
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
