import type { RouteInput, Routes } from '@tollkeeper/contract';
import { eq } from 'drizzle-orm';
import type { Ctx } from '../../context.ts';
import type { Transaction } from '../../db/connect.ts';
import { apiKey, deletedKey } from '../../db/schema/index.ts';
import { forgetAnswer } from '../../write/idempotent.ts';
import { write } from '../../write/write.ts';
import { revokeTree } from './created-by-key.ts';
import { lockForest } from './created-forest.ts';
import { keyFacts } from './key-view.ts';
import { type KeyRow, lockKey, requireVisibleKey } from './lock-key.ts';
import { parseKeptMembers } from './removable-members.ts';

/**
 * Removes the record and its hashes; the audit log and the counts remain. With `cascade` it takes
 * along what the key created: those keys are revoked, and keep their records.
 * @throws DomainError not_found, insufficient_scope, cascade_too_large
 */
export function deleteKey(
  ctx: Ctx,
  { params, query }: RouteInput<Routes['deleteKey']>,
): Promise<undefined> {
  const spec = { scope: 'api_keys.revoke', action: 'api_key.delete' } as const;
  return write(ctx, spec, async (tx, confirmed) => {
    const forest =
      query?.cascade === 'true'
        ? await lockVisibleForest(tx, confirmed, params.id, query)
        : undefined;
    const row = await lockKey(tx, confirmed, params.id);
    const created = forest && (await revokeTree(tx, confirmed, forest, row.id));
    await keepLineage(tx, row);
    await tx.delete(apiKey).where(eq(apiKey.id, row.id));
    await forgetAnswer(tx, row.organizationId, row.id);
    return {
      result: undefined,
      target: { type: 'api_key', id: row.id, name: row.name },
      before: keyFacts(row),
      after: created ? { created: created.counts } : null,
      furtherEvents: created?.events ?? [],
      changes: [
        { kind: 'key', subjectId: row.id, workspaceId: row.workspaceId },
        ...(created?.changes ?? []),
      ],
    };
  });
}

async function lockVisibleForest(
  tx: Transaction,
  ctx: Ctx,
  id: string,
  { keepMembers }: NonNullable<RouteInput<Routes['deleteKey']>['query']>,
) {
  await requireVisibleKey(tx, ctx, id);
  return lockForest(tx, ctx, [id], parseKeptMembers(keepMembers));
}

/**
 * A thief of a key must not save what it created by deleting the keys in between. One that a session
 * created is found through its owner, who may have joined by a key. Rows that nothing needs any
 * more are purged.
 */
async function keepLineage(tx: Transaction, row: KeyRow): Promise<void> {
  const { id, organizationId, memberId, createdByKeyId } = row;
  await tx
    .insert(deletedKey)
    .values({ id, organizationId, createdByKeyId: createdByKeyId ?? memberId });
}
