import { and, asc, eq, sql } from 'drizzle-orm';
import type { Ctx } from '../../context.ts';
import type { Transaction } from '../../db/connect.ts';
import { apiKey, gateway, type invitation, type joinKey, member } from '../../db/schema/index.ts';
import { forgetAnswer } from '../../write/idempotent.ts';
import { among } from './among.ts';
import type { Created, CreatedKey } from './find-created.ts';
import type { KeyRow } from './lock-key.ts';

/** Members first, as removing one does; each in the order of ids, as all lock them. */
export async function lockRows(
  tx: Transaction,
  { organizationId }: Ctx,
  { members, keys }: Created,
): Promise<ReadonlyMap<string, KeyRow>> {
  await tx
    .select({ id: member.id })
    .from(member)
    .where(and(eq(member.organizationId, organizationId), among(member.id, idsOf(members))))
    .orderBy(asc(member.id))
    .for('update');
  const rows = await tx
    .select()
    .from(apiKey)
    .where(and(eq(apiKey.organizationId, organizationId), among(apiKey.id, idsOf(keys))))
    .orderBy(asc(apiKey.id))
    .for('update');
  return new Map(rows.map((row) => [row.id, row]));
}

/** Rows that one statement updates, so that each ends in time. */
const UPDATED_MAX = 5000;

/** The secrets stay, so that a request with one is answered `revoked`. */
export async function setRevoked(
  tx: Transaction,
  { organizationId }: Ctx,
  keys: readonly CreatedKey[],
  now: Date,
  reason: (key: CreatedKey) => string,
): Promise<void> {
  for (let at = 0; at < keys.length; at += UPDATED_MAX) {
    const part = keys.slice(at, at + UPDATED_MAX);
    await tx.execute(sql`
      update ${apiKey} set status = 'revoked', revoked_at = ${now.toISOString()}::timestamptz,
        revoke_reason = revoked.reason
      from unnest(${sql.param(idsOf(part))}::text[], ${sql.param(part.map(reason))}::text[])
        as revoked (id, reason)
      where ${apiKey.organizationId} = ${organizationId} and ${apiKey.id} = revoked.id`);
  }
}

/** The rows stay: revoked keys still say whose they were. */
export async function setRemoved(
  tx: Transaction,
  { organizationId }: Ctx,
  memberIds: readonly string[],
): Promise<void> {
  if (memberIds.length === 0) return;
  await tx
    .update(member)
    .set({ status: 'removed' })
    .where(and(eq(member.organizationId, organizationId), among(member.id, memberIds)));
}

export async function deleteThings<T extends typeof joinKey | typeof invitation | typeof gateway>(
  tx: Transaction,
  { organizationId }: Ctx,
  table: T,
  things: readonly { readonly id: string; readonly root: string }[],
): Promise<{ readonly row: T['$inferSelect']; readonly root: string }[]> {
  if (things.length === 0) return [];
  const roots = new Map(things.map(({ id, root }) => [id, root]));
  const rows: T['$inferSelect'][] = await tx
    .delete(table as typeof joinKey)
    .where(and(eq(table.organizationId, organizationId), among(table.id, idsOf(things))))
    .returning();
  if (table !== gateway) await forgetAnswer(tx, organizationId, ...idsOf(things));
  return rows.flatMap((row) => {
    const root = roots.get(row.id);
    return root === undefined ? [] : [{ row, root }];
  });
}

export function idsOf(things: readonly { readonly id: string }[]): string[] {
  return things.map(({ id }) => id);
}
