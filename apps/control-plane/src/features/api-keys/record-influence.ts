import { sql } from 'drizzle-orm';
import type { Ctx } from '../../context.ts';
import type { Transaction } from '../../db/connect.ts';
import { keyEdit, keyRotation } from '../../db/schema/index.ts';
import type { KeyRow } from './lock-key.ts';

/**
 * A stolen key may give itself the secrets of others, and so may the session of a member who joined by
 * it: revoking what the key created takes those keys as well. A later rotation by somebody else does
 * not undo it: they may have created keys meanwhile.
 */
export function recordRotation(tx: Transaction, ctx: Ctx, row: KeyRow, now: Date) {
  return record(tx, ctx, 'rotation', [row], now);
}

/**
 * A thief may know the secret of a key that was disabled or held little: revoking what the key created
 * names those that it enabled, or of which it changed what they may do.
 */
export function recordEdit(tx: Transaction, ctx: Ctx, rows: readonly KeyRow[], now: Date) {
  return record(tx, ctx, 'edit', rows, now);
}

const TABLES = {
  rotation: { table: keyRotation, actor: sql.raw('rotated_by') },
  edit: { table: keyEdit, actor: sql.raw('edited_by') },
};

/** Nothing for a key itself and for its owner: what they created is found without. */
async function record(
  tx: Transaction,
  { actor, organizationId }: Ctx,
  kind: keyof typeof TABLES,
  rows: readonly KeyRow[],
  now: Date,
): Promise<void> {
  const actorId = actor.type === 'key' ? actor.keyId : actor.memberId;
  const ids = rows
    .filter(({ id, memberId }) => actorId !== id && actorId !== memberId)
    .map(({ id }) => id);
  if (ids.length === 0) return;
  const { table, actor: column } = TABLES[kind];
  const at = sql`${now.toISOString()}::timestamptz`;
  await tx.execute(sql`
    insert into ${table} (organization_id, ${column}, key_id, first_at, last_at)
    select ${organizationId}, ${actorId}, id, ${at}, ${at}
    from unnest(${sql.param(ids)}::text[]) as changed (id)
    on conflict (organization_id, ${column}, key_id) do update set last_at = excluded.last_at`);
}
