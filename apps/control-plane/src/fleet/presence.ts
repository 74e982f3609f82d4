import type { GatewayHealth, Hello } from '@tollkeeper/protocol';
import { and, eq, sql } from 'drizzle-orm';
import type { Database } from '../db/connect.ts';
import { gateway, gatewayConnection } from '../db/schema/index.ts';
import type { Session } from './gateway-session.ts';

/** Stores which gateways are connected here, for every process to read. */
export interface Presence {
  /** False when the gateway is gone. */
  enter(hello: Hello, address: string): Promise<boolean>;
  /** When each was last heard, and how it is; in one statement. */
  refresh(sessions: readonly Session[]): Promise<void>;
  leave(session: Session): Promise<void>;
  /** Removes all that this process entered. */
  clear(): Promise<void>;
}

/** How old the stored moment of a gateway may be while it is connected, in milliseconds. */
const LAST_SEEN_MS = 15_000;

export function createPresence(db: Database, processId: string): Presence {
  let hasEntered = false;
  return {
    async enter(hello, address) {
      hasEntered = true;
      const entered = await db.execute(sql`
        with known as materialized (
          select ${gateway.id} as id from ${gateway} where ${gateway.id} = ${hello.gatewayId}
          for no key update
        ), updated as (
          update ${gateway} set
            software_version = ${hello.softwareVersion},
            stale_max_ms = ${hello.staleMaxMs}::bigint,
            last_seen_at = clock_timestamp(),
            applied_version = case when ${hello.version}::bigint is null then null
              else applied_version end
          from known where ${gateway.id} = known.id
        )
        insert into ${gatewayConnection}
          (gateway_id, instance_id, process_id, address, hostname, connected_at, seen_at)
        select id, ${hello.instanceId}, ${processId}, ${address}, ${hello.hostname},
          clock_timestamp(), clock_timestamp()
        from known
        on conflict (gateway_id, instance_id) do update set
          process_id = excluded.process_id,
          address = excluded.address,
          hostname = excluded.hostname,
          connected_at = excluded.connected_at,
          seen_at = excluded.seen_at,
          health = null`);
      return entered.rowCount === 1;
    },
    async refresh(sessions) {
      if (sessions.length === 0) return;
      hasEntered = true;
      const rows = rowsOf(sessions);
      await db.execute(sql`
        with seen as (${seenRows(rows)}), known as materialized (
          select ${gateway.id} as id from ${gateway}
          where ${gateway.id} in (select "gatewayId" from seen)
          order by ${gateway.id} for key share
        )
        insert into ${gatewayConnection}
          (gateway_id, instance_id, process_id, address, hostname, connected_at, seen_at, health)
        select known.id, "instanceId", ${processId}, address, hostname, ${ago('connectedAgeMs')},
          ${ago('ageMs')}, health
        from seen join known on known.id = seen."gatewayId"
        on conflict (gateway_id, instance_id) do update set
          seen_at = excluded.seen_at, health = excluded.health
        where ${gatewayConnection.processId} = excluded.process_id`);
      await db.execute(sql`
        with seen as (${seenRows(rows)}), known as materialized (
          select ${gateway.id} as id from ${gateway}
          where ${gateway.id} in (select "gatewayId" from seen)
            and ${gateway.lastSeenAt} < clock_timestamp() - ${`${LAST_SEEN_MS} milliseconds`}::interval
          order by ${gateway.id} for no key update
        )
        update ${gateway} set last_seen_at = ${ago('ageMs')}
        from known join seen on known.id = seen."gatewayId" where ${gateway.id} = known.id`);
    },
    async leave({ gateway: { id }, instanceId }) {
      await db
        .delete(gatewayConnection)
        .where(
          and(
            eq(gatewayConnection.gatewayId, id),
            eq(gatewayConnection.instanceId, instanceId),
            eq(gatewayConnection.processId, processId),
          ),
        );
      await db
        .update(gateway)
        .set({ lastSeenAt: sql`clock_timestamp()` })
        .where(eq(gateway.id, id));
    },
    async clear() {
      if (!hasEntered) return;
      await db.delete(gatewayConnection).where(eq(gatewayConnection.processId, processId));
    },
  };
}

/** One for each (gateway, instance): of two connections of one instance the newer counts. */
function rowsOf(sessions: readonly Session[]): object[] {
  const now = performance.now();
  const rows = sessions.map((session) => ({
    gatewayId: session.gateway.id,
    instanceId: session.instanceId,
    address: session.address,
    hostname: session.hostname,
    ageMs: now - session.lastReceivedAt,
    connectedAgeMs: now - session.connectedAt,
    health: healthOf(session),
  }));
  return [...new Map(rows.map((row) => [`${row.gatewayId} ${row.instanceId}`, row])).values()];
}

function seenRows(rows: readonly object[]) {
  return sql`select * from json_to_recordset(${JSON.stringify(rows)}::json) as seen (
    "gatewayId" text, "instanceId" text, address text, hostname text, "ageMs" float8,
    "connectedAgeMs" float8, health jsonb)`;
}

function ago(column: 'ageMs' | 'connectedAgeMs') {
  return sql`clock_timestamp() - ${sql.identifier(column)} * interval '1 millisecond'`;
}

const UNKNOWN = { callsPerMinute: 0, cpuPercent: 0, memoryBytes: 0, spooledCalls: 0, fault: null };

/** Health as the gateway reports it; what it rejected counts as a fault until it applies something. */
function healthOf({
  health,
  rejection,
}: Pick<Session, 'health' | 'rejection'>): GatewayHealth | null {
  if (rejection === null) return health;
  return { ...(health ?? UNKNOWN), fault: health?.fault ?? rejection };
}
