import { and, asc, eq, inArray } from 'drizzle-orm';
import type { Transaction } from '../../db/connect.ts';
import { gateway, type joinKey } from '../../db/schema/index.ts';
import { isUnconfirmed } from '../join-keys/index.ts';

type GatewayRow = typeof gateway.$inferSelect;

/**
 * Removes a gateway that joined with the key and never connected since: its connection is blocked, or
 * its state folder is lost. One that connects at this moment holds its row, and stays. The key must
 * be locked.
 */
export async function removeUnconfirmed(
  tx: Transaction,
  key: Pick<typeof joinKey.$inferSelect, 'id' | 'organizationId'>,
): Promise<GatewayRow | undefined> {
  const oldest = tx
    .select({ id: gateway.id })
    .from(gateway)
    .where(
      and(
        eq(gateway.organizationId, key.organizationId),
        eq(gateway.joinKeyId, key.id),
        isUnconfirmed(),
      ),
    )
    .orderBy(asc(gateway.createdAt))
    .limit(1)
    .for('update', { skipLocked: true });
  const [removed] = await tx.delete(gateway).where(inArray(gateway.id, oldest)).returning();
  return removed;
}
