import { eq } from 'drizzle-orm';
import type { Transaction } from '../db/connect.ts';
import { gateway, joinKey } from '../db/schema/index.ts';
import type { Change } from '../write/change.ts';

interface Named {
  readonly id: string;
  readonly name: string;
}

interface DeletedFleet {
  readonly gateways: readonly Named[];
  readonly joinKeys: readonly Named[];
  /** By which the processes that hold their connections hear of it. */
  readonly changes: readonly Change[];
}

/** Deletes all gateways and join keys of a workspace or of a whole organization. */
export async function deleteFleet(
  tx: Transaction,
  of: 'workspaceId' | 'organizationId',
  id: string,
): Promise<DeletedFleet> {
  const joinKeys = await tx
    .delete(joinKey)
    .where(eq(joinKey[of], id))
    .returning({ id: joinKey.id, name: joinKey.name });
  const gateways = await tx
    .delete(gateway)
    .where(eq(gateway[of], id))
    .returning({ id: gateway.id, name: gateway.name });
  const changes = gateways.map((each) => ({ kind: 'gateway' as const, subjectId: each.id }));
  return { gateways, joinKeys, changes };
}
