import { sql } from 'drizzle-orm';
import type { Database } from '../db/connect.ts';
import { gatewayConnection } from '../db/schema/index.ts';
import type { ConnectedGateways } from './connected-gateways.ts';
import { hasIdentityConflict, listConnections } from './connections.ts';
import type { IncidentCounter } from './incident-counter.ts';

interface ConflictWatchOptions {
  readonly db: Database;
  readonly gateways: Pick<ConnectedGateways, 'all' | 'of' | 'holds'>;
  readonly incidents: Pick<IncidentCounter, 'count'>;
}

/** Places that an event names. */
const INSTANCES_MAX = 10;

/**
 * Notices identities of gateways that are in two places, once each time that it begins. The process that has
 * the newest connection reports it.
 * @returns one such round
 */
export function createConflictWatch({ db, gateways, incidents }: ConflictWatchOptions) {
  let known: ReadonlySet<string> = new Set();
  return async (): Promise<void> => {
    if (gateways.all().length === 0) return;
    const several = await db
      .select({ id: gatewayConnection.gatewayId })
      .from(gatewayConnection)
      .groupBy(gatewayConnection.gatewayId)
      .having(sql`count(*) > 1`);
    const here = several.map(({ id }) => id).filter((id) => gateways.of(id).length > 0);
    const connections = here.length === 0 ? [] : await listConnections(db, here);
    const conflicts = new Set<string>();
    for (const [id, all] of Map.groupBy(connections, ({ gatewayId }) => gatewayId)) {
      if (!hasIdentityConflict(all)) continue;
      conflicts.add(id);
      const newest = all.at(-1);
      const [session] = gateways.of(id);
      if (!newest || !session || known.has(id) || !gateways.holds(id, newest.instanceId)) continue;
      incidents.count({
        organizationId: session.gateway.organizationId,
        action: 'gateway.identity_conflict',
        target: { type: 'gateway', id },
        why: 'connected_from_several_places',
        address: newest.address,
        facts: {
          instances: all
            .slice(-INSTANCES_MAX)
            .map(({ address, hostname }) => ({ address, hostname })),
        },
      });
    }
    known = conflicts;
  };
}
