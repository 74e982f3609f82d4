import { type GatewayHealth, SILENCE_MS } from '@tollkeeper/protocol';
import { and, asc, gt, inArray, sql } from 'drizzle-orm';
import type { Database, Transaction } from '../db/connect.ts';
import { gatewayConnection } from '../db/schema/index.ts';

/** A connection of a gateway that stands, whichever process holds it. */
export interface Connection {
  readonly gatewayId: string;
  readonly instanceId: string;
  readonly address: string;
  readonly hostname: string;
  readonly connectedAt: Date;
  readonly seenAt: Date;
  readonly health: GatewayHealth | null;
}

/** How much later than the other's connecting somebody must be seen to count as still alive. */
const OVERLAP_MS = 2000;

/** The oldest first. What a process left behind that ended without a word is not among them. */
export function listConnections(
  db: Database | Transaction,
  gatewayIds: readonly string[],
): Promise<Connection[]> {
  return db
    .select({
      gatewayId: gatewayConnection.gatewayId,
      instanceId: gatewayConnection.instanceId,
      address: gatewayConnection.address,
      hostname: gatewayConnection.hostname,
      connectedAt: gatewayConnection.connectedAt,
      seenAt: gatewayConnection.seenAt,
      health: gatewayConnection.health,
    })
    .from(gatewayConnection)
    .where(
      and(
        inArray(gatewayConnection.gatewayId, [...gatewayIds]),
        gt(
          gatewayConnection.seenAt,
          sql`clock_timestamp() - ${`${SILENCE_MS} milliseconds`}::interval`,
        ),
      ),
    )
    .orderBy(asc(gatewayConnection.connectedAt), asc(gatewayConnection.instanceId));
}

/**
 * Whether the connections of one gateway show its identity in two places: both were seen after the
 * later one had connected. A gateway that restarts is seen in one place at a time, however
 * long its old connection lingers.
 */
export function hasIdentityConflict(
  connections: readonly Pick<Connection, 'connectedAt' | 'seenAt'>[],
): boolean {
  return connections.some((one, at) =>
    connections.some((other, otherAt) => {
      if (at >= otherAt) return false;
      const laterMs = Math.max(one.connectedAt.getTime(), other.connectedAt.getTime());
      return Math.min(one.seenAt.getTime(), other.seenAt.getTime()) >= laterMs + OVERLAP_MS;
    }),
  );
}
