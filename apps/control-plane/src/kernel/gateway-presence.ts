import { SILENCE_MS } from '@tollkeeper/contract';
import { and, asc, inArray, sql } from 'drizzle-orm';
import type { Database, Transaction } from '../db/connect.ts';
import { gatewayConnection } from '../db/schema/index.ts';

/** A connection whose gateway was heard of lately: a process that was killed leaves its rows. */
const isLive = sql`${gatewayConnection.seenAt} > clock_timestamp() - ${SILENCE_MS} * interval '1 millisecond'`;

export type LiveConnection = typeof gatewayConnection.$inferSelect;

/** The connections of each of the gateways that stand now, the newest last. */
export async function findLiveConnections(
  db: Database | Transaction,
  gatewayIds: readonly string[],
): Promise<ReadonlyMap<string, readonly LiveConnection[]>> {
  const rows = await db
    .select()
    .from(gatewayConnection)
    .where(and(inArray(gatewayConnection.gatewayId, [...gatewayIds]), isLive))
    .orderBy(asc(gatewayConnection.connectedAt), asc(gatewayConnection.instanceId));
  return Map.groupBy(rows, (row) => row.gatewayId);
}

/** Two runs of one identity at once: somebody copied its state folder, or stole it. */
export function sharesIdentity(connections: readonly Pick<LiveConnection, 'instanceId'>[]) {
  return new Set(connections.map((each) => each.instanceId)).size > 1;
}
