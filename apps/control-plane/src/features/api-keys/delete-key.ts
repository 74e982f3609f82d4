import type { RouteInput, Routes } from '@tollkeeper/contract';
import { eq } from 'drizzle-orm';
import { findDeletedKey } from '../../access/find-deleted-key.ts';
import type { Ctx } from '../../context.ts';
import type { Transaction } from '../../db/connect.ts';
import { apiKey, deletedKey, keyRotation } from '../../db/schema/index.ts';
import { notFound } from '../../domain-error.ts';
import { forgetAnswer } from '../../write/idempotent.ts';
import { type Replayed, type Written, write } from '../../write/write.ts';
import { endCreated, findCreatedBy } from './created-by-key.ts';
import { fitsOneTransaction } from './ended-part.ts';
import { keyFacts } from './key-view.ts';
import { type KeyRow, lockKey, requireVisibleKey } from './lock-key.ts';
import { type KeepMembers, parseKeptMembers, requireCascade } from './removable-members.ts';

/**
 * Removes the record and its hashes; the audit log and the counts remain. With `cascade` it takes
 * along what the key created: those keys are revoked, and keep their records. That can also be done
 * later, to a key that is deleted already.
 * @throws DomainError not_found, insufficient_scope, cascade_too_large
 */
export async function deleteKey(
  ctx: Ctx,
  { params, query }: RouteInput<Routes['deleteKey']>,
): Promise<undefined> {
  const keepMembers = parseKeptMembers(query?.keepMembers);
  const cascade = query?.cascade === 'true';
  requireCascade(cascade, keepMembers);
  const spec = { scope: 'api_keys.revoke', action: 'api_key.delete' } as const;
  const { id } = params;
  let isWhole = false;
  for (let isFirst = true; !isWhole; isFirst = false) {
    isWhole = await write<boolean>(ctx, spec, (tx, confirmed) =>
      cascade
        ? deleteWithCreated(tx, confirmed, id, keepMembers, isFirst)
        : deleteAlone(tx, confirmed, id),
    );
  }
}

async function deleteAlone(tx: Transaction, ctx: Ctx, id: string): Promise<Written<boolean>> {
  const row = await lockKey(tx, ctx, id);
  await removeRow(tx, row);
  return {
    result: true,
    target: { type: 'api_key', id, name: row.name },
    before: keyFacts(row),
    after: null,
    changes: [{ kind: 'key', subjectId: id, workspaceId: row.workspaceId }],
  };
}

/** @param isFirst whether a key that is deleted already, and takes nothing along, is not found */
async function deleteWithCreated(
  tx: Transaction,
  ctx: Ctx,
  id: string,
  keepMembers: KeepMembers | undefined,
  isFirst: boolean,
): Promise<Written<boolean> | Replayed<boolean>> {
  const deleted = await findDeletedKey(tx, ctx, id);
  if (!deleted) await requireVisibleKey(tx, ctx, id);
  const found = await findCreatedBy(tx, ctx, id, keepMembers);
  const names = new Map(deleted && [[id, deleted.name]]);
  const { ended, rows } = await endCreated(tx, ctx, found, [id], names);
  const { counts, events, changes } = ended(id);
  const row = rows.get(id);
  if (!row && events.length === 0) {
    if (isFirst) throw notFound('API key', id);
    return { replayed: true };
  }
  if (row) await removeRow(tx, row);
  return {
    result: fitsOneTransaction(found),
    target: { type: 'api_key', id, name: row?.name ?? deleted?.name ?? '' },
    before: row ? keyFacts(row) : (deleted?.facts ?? null),
    after: { created: counts },
    furtherEvents: events,
    changes: [
      ...(row ? [{ kind: 'key' as const, subjectId: id, workspaceId: row.workspaceId }] : []),
      ...changes,
    ],
  };
}

async function removeRow(tx: Transaction, row: KeyRow): Promise<void> {
  await keepLineage(tx, row);
  await tx.delete(apiKey).where(eq(apiKey.id, row.id));
  await forgetAnswer(tx, row.organizationId, row.id);
}

/**
 * A thief of a key must not save what it created by deleting the keys in between. One that a session
 * created is found through its owner, who may have joined by a key; one that a key created, through
 * both, as its owner may be the thief whom it was handed to. Rows that nothing needs any more are
 * purged.
 */
async function keepLineage(tx: Transaction, row: KeyRow): Promise<void> {
  const { id, organizationId, memberId, createdByKeyId } = row;
  const ownedAt = row.handedOverAt ?? row.createdAt;
  const lineage = createdByKeyId
    ? { createdBy: createdByKeyId, createdAt: row.createdAt }
    : { createdBy: memberId, createdAt: ownedAt };
  await tx.insert(deletedKey).values({ id, organizationId, ...lineage });
  if (!createdByKeyId) return;
  await tx
    .insert(keyRotation)
    .values({ organizationId, rotatedBy: memberId, keyId: id, firstAt: ownedAt, lastAt: ownedAt })
    .onConflictDoNothing();
}
