import type { RouteInput, Routes } from '@tollkeeper/contract';
import { eq, sql } from 'drizzle-orm';
import { findDeletedKey } from '../../access/find-deleted-key.ts';
import { forgetRotations, leadsNowhere, pruneAbove } from '../../access/prune-lineage.ts';
import type { Ctx } from '../../context.ts';
import type { Transaction } from '../../db/connect.ts';
import { apiKey, deletedKey, keyRotation } from '../../db/schema/index.ts';
import {
  type KeepMembers,
  parseKeptMembers,
  requireCascade,
} from '../../lineage/removable-members.ts';
import { forgetAnswer } from '../../write/idempotent.ts';
import { type Written, write } from '../../write/write.ts';
import { keyFacts } from './key-view.ts';
import { type KeyRow, lockKey } from './lock-key.ts';
import { revokeWithCreated } from './revoke-with-created.ts';

/**
 * Removes the record and its hashes; the audit log and the counts remain. With `cascade` the key is
 * revoked with what it created first: those keys keep their records. That can also be done later, to
 * a key that is deleted already.
 * @throws DomainError not_found, cascade_includes_caller; insufficient_scope and cascade_too_large, of
 * which the key is revoked and not deleted
 */
export async function deleteKey(
  ctx: Ctx,
  { params: { id }, query }: RouteInput<Routes['deleteKey']>,
): Promise<undefined> {
  const keepMembers = parseKeptMembers(query?.keepMembers);
  const cascade = query?.cascade === 'true';
  requireCascade(cascade, keepMembers);
  if (cascade && !(await endWithCreated(ctx, id, keepMembers))) return;
  const spec = { scope: 'api_keys.revoke', action: 'api_key.delete' } as const;
  await write(ctx, spec, (tx, confirmed) => deleteAlone(tx, confirmed, id));
}

/** @returns whether there is a record to delete */
async function endWithCreated(
  ctx: Ctx,
  id: string,
  keepMembers: KeepMembers | undefined,
): Promise<boolean> {
  const { db } = ctx.services;
  const isDeleted = (await findDeletedKey(db, ctx, id)) !== undefined;
  const refusals = await revokeWithCreated(ctx, [id], { keepMembers, mayBeDeleted: isDeleted });
  const refusal = refusals.get(id);
  // Of one that is revoked already, nothing may be left to revoke.
  if (refusal && refusal.code !== 'invalid_state') throw refusal;
  return !isDeleted;
}

async function deleteAlone(tx: Transaction, ctx: Ctx, id: string): Promise<Written<undefined>> {
  const row = await lockKey(tx, ctx, id);
  await removeRow(tx, row, ctx.services.clock());
  return {
    result: undefined,
    target: { type: 'api_key', id, name: row.name, workspaceId: row.workspaceId },
    before: keyFacts(row),
    after: null,
    changes: [{ kind: 'key', subjectId: id, workspaceId: row.workspaceId }],
  };
}

async function removeRow(tx: Transaction, row: KeyRow, now: Date): Promise<void> {
  const { id, organizationId, memberId, createdByKeyId } = row;
  await tx.delete(apiKey).where(eq(apiKey.id, id));
  await forgetAnswer(tx, organizationId, id);
  if (await keepLineage(tx, row, now)) return;
  const rotators = await forgetRotations(tx, organizationId, [id]);
  await pruneAbove(tx, organizationId, [createdByKeyId ?? memberId, ...rotators]);
}

/**
 * A thief of a key must not save what it created by deleting the keys in between. One that a session
 * created is found through its owner, who may have joined by a key; one that a key created, through
 * both, as its owner may be the thief whom it was handed to. A key that leads nowhere is not recorded:
 * otherwise a thief could create and delete more keys than a cascade searches.
 * @returns whether the key leads to something
 */
async function keepLineage(tx: Transaction, row: KeyRow, now: Date): Promise<boolean> {
  const { id, organizationId, memberId, createdByKeyId } = row;
  const ownedAt = row.handedOverAt ?? row.createdAt;
  // They may have owned it before as well, and lost it in between.
  const endedAt = row.revokedAt ?? now;
  const [createdBy, createdAt] = createdByKeyId
    ? [createdByKeyId, row.createdAt]
    : [memberId, ownedAt];
  const { rowCount } = await tx.execute(sql`
    insert into ${deletedKey} (id, organization_id, created_by, created_at)
    select ${id}::text, ${organizationId}::text, ${createdBy}::text,
      ${createdAt.toISOString()}::timestamptz
    where not ${leadsNowhere(organizationId, id)}`);
  if (rowCount === 0) return false;
  if (!createdByKeyId) return true;
  await tx
    .insert(keyRotation)
    .values({ organizationId, rotatedBy: memberId, keyId: id, firstAt: ownedAt, lastAt: endedAt })
    .onConflictDoUpdate({
      target: [keyRotation.organizationId, keyRotation.rotatedBy, keyRotation.keyId],
      set: { lastAt: sql`greatest(${keyRotation.lastAt}, excluded.last_at)` },
    });
  return true;
}
