import { and, asc, eq, ne } from 'drizzle-orm';
import type { Ctx } from '../../context.ts';
import type { Transaction } from '../../db/connect.ts';
import { apiKey } from '../../db/schema/index.ts';

export type LockedKey = Awaited<ReturnType<typeof lockKeys>>[number];

/** Every key of the member that is not revoked, locked in the order in which all lock keys. */
export function lockKeys(tx: Transaction, ctx: Ctx, memberId: string) {
  return tx
    .select({ id: apiKey.id, workspaceId: apiKey.workspaceId, scopes: apiKey.scopes })
    .from(apiKey)
    .where(unrevokedOf(ctx, memberId))
    .orderBy(asc(apiKey.id))
    .for('update');
}

/** The same keys for a statement that changes them all: one parameter for each would be too many. */
export function unrevokedOf({ organizationId }: Ctx, memberId: string) {
  return and(
    eq(apiKey.organizationId, organizationId),
    eq(apiKey.memberId, memberId),
    ne(apiKey.status, 'revoked'),
  );
}
