import type { ApiKey, RouteInput, Routes } from '@tollkeeper/contract';
import { eq } from 'drizzle-orm';
import { apiKey } from '../../db/schema/index.ts';
import type { Ctx } from '../../kernel/context.ts';
import { write } from '../../kernel/write.ts';
import { refuseStatus } from './change-status.ts';
import { lockTree, revokeCreated } from './created-by-key.ts';
import { keyFacts, readKey } from './key-view.ts';
import { type KeyRow, lockKey } from './lock-key.ts';

/**
 * Final: no verb leads out of revoked. With `cascade` the key takes along what it created; that can
 * also be done later, to a key that is revoked already.
 * @throws DomainError not_found, invalid_state, insufficient_scope
 */
export function revokeKey(ctx: Ctx, { params, body }: RouteInput<Routes['revokeKey']>) {
  const spec = { scope: 'api_keys.revoke', action: 'api_key.revoke' } as const;
  return write<ApiKey>(ctx, spec, async (tx, confirmed) => {
    const tree = body.cascade ? await lockTree(tx, confirmed, params.id) : undefined;
    const row = await lockKey(tx, confirmed, params.id);
    const created = tree && (await revokeCreated(tx, confirmed, row, tree));
    if (row.status === 'revoked' && !created?.events.length) refuseStatus('revoke', row);
    const set = revocation(row, ctx.services.clock(), body.reason);
    await tx.update(apiKey).set(set).where(eq(apiKey.id, row.id));
    return {
      result: await readKey(tx, confirmed, row.id),
      target: { type: 'api_key', id: row.id, name: row.name },
      before: keyFacts(row),
      after: { ...keyFacts({ ...row, ...set }), ...(created && { created: created.counts }) },
      furtherEvents: created?.events ?? [],
      changes: [
        { kind: 'key', subjectId: row.id, workspaceId: row.workspaceId },
        ...(created?.changes ?? []),
      ],
    };
  });
}

/** What is revoked keeps when and why. */
function revocation(row: KeyRow, now: Date, reason: string | undefined) {
  const { status, revokedAt, revokeReason } = row;
  return status === 'revoked'
    ? { status, revokedAt, revokeReason }
    : { status: 'revoked' as const, revokedAt: now, revokeReason: reason ?? null };
}
