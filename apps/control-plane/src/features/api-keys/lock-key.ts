import { and, eq } from 'drizzle-orm';
import { visibleKeys } from '../../access/visibility.ts';
import type { Ctx } from '../../context.ts';
import type { Transaction } from '../../db/connect.ts';
import { apiKey } from '../../db/schema/index.ts';
import { notFound } from '../../domain-error.ts';

/** But for what the database computes. */
export type KeyRow = Omit<typeof apiKey.$inferSelect, 'nameLower'>;

/**
 * The key, locked until the transaction ends.
 * @throws DomainError not_found
 */
export async function lockKey(tx: Transaction, ctx: Ctx, id: string): Promise<KeyRow> {
  const [row] = await tx
    .select()
    .from(apiKey)
    .where(and(visibleKeys(ctx), eq(apiKey.id, id)))
    .for('update');
  if (!row) throw notFound('API key', id);
  return row;
}
