import type { RouteInput, Routes } from '@tollkeeper/contract';
import { createSecret, displayPrefix, hashSecret } from '@tollkeeper/verify';
import { and, eq, isNotNull } from 'drizzle-orm';
import type { Ctx } from '../../context.ts';
import type { Transaction } from '../../db/connect.ts';
import { apiKey, apiKeySecret } from '../../db/schema/index.ts';
import { DomainError } from '../../domain-error.ts';
import { write } from '../../write/write.ts';
import { requireMayGrant } from './ceiling.ts';
import { refuseStatus } from './change-status.ts';
import { keyFacts, readKey } from './key-view.ts';
import { type KeyRow, lockKey } from './lock-key.ts';
import { recordRotation } from './record-influence.ts';

/**
 * Gives the key a new secret; the old one works for the grace, in seconds. The caller gets
 * the secret, so the key must lie within what they hold.
 * @throws DomainError not_found, invalid_state, scope_not_held, ceiling_exceeded
 */
export function rotateKey(ctx: Ctx, { params, body }: RouteInput<Routes['rotateKey']>) {
  const spec = { scope: 'api_keys.create', action: 'api_key.rotate' } as const;
  return write(ctx, spec, async (tx, confirmed) => {
    const row = await lockKey(tx, confirmed, params.id);
    const now = ctx.services.clock();
    requireRotatable(row, now);
    await requireMayGrant(tx, confirmed, row);
    const kind = row.prefix.startsWith('tk_test_') ? 'tk_test_' : 'tk_live_';
    const secret: string = createSecret(kind, ctx.services.randomBytes);
    const graceMs = (body.graceSeconds ?? 0) * 1000;
    await replaceSecret(tx, row, secret, now, graceMs);
    await recordRotation(tx, confirmed, row, now);
    const set = { prefix: displayPrefix(secret) };
    await tx.update(apiKey).set(set).where(eq(apiKey.id, row.id));
    return {
      result: { ...(await readKey(tx, confirmed, row.id)), secret },
      target: { type: 'api_key', id: row.id, name: row.name, workspaceId: row.workspaceId },
      before: keyFacts(row),
      after: { ...keyFacts({ ...row, ...set }), graceSeconds: graceMs / 1000 },
      changes: [{ kind: 'key', subjectId: row.id, workspaceId: row.workspaceId }],
    };
  });
}

function requireRotatable(row: KeyRow, now: Date): void {
  if (row.status === 'revoked') refuseStatus('rotate', row);
  if (row.expiresAt && row.expiresAt <= now) {
    throw new DomainError(
      'invalid_state',
      `Cannot rotate the key "${row.name}": it has expired. Give it a later expiry first.`,
    );
  }
}

/** A secret that was already retiring goes at once: a key has two secrets at most. */
async function replaceSecret(
  tx: Transaction,
  row: KeyRow,
  secret: string,
  now: Date,
  graceMs: number,
) {
  const ofKey = eq(apiKeySecret.keyId, row.id);
  await tx
    .delete(apiKeySecret)
    .where(graceMs > 0 ? and(ofKey, isNotNull(apiKeySecret.retiresAt)) : ofKey);
  await tx
    .update(apiKeySecret)
    .set({ retiresAt: new Date(now.getTime() + graceMs) })
    .where(ofKey);
  await tx.insert(apiKeySecret).values({
    hash: Buffer.from(hashSecret(secret)),
    organizationId: row.organizationId,
    keyId: row.id,
    createdAt: now,
  });
}
