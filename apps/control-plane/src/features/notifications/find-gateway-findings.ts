import { sql } from 'drizzle-orm';
import { runForEach } from '../../run-for-each.ts';
import type { DeriveServices } from './derive-notifications.ts';
import { type NamedFinding, storeFindings } from './store-findings.ts';

/** How long a gateway may be away, or decide with an older version, before anyone is notified. */
const GRACE_MINUTES = 5;
/** What has been away for longer was reported before, or before there were notifications. */
const GONE_DAYS_MAX = 7;
/** A connection that was not seen for longer stands no more. */
const CONNECTED_SECONDS = 60;

interface Row extends Record<string, unknown> {
  readonly organizationId: string;
  readonly id: string;
  readonly name: string;
  readonly state: 'gone' | 'behind';
  readonly lastSeenAt: string;
  readonly version: string | null;
}

/**
 * Notifies of gateways that have not been connected for five minutes, and of those that have not applied a version of
 * five minutes ago. Each is reported once, until it was connected, or has applied a version, again.
 */
export async function findGatewayFindings(services: DeriveServices): Promise<{ found: number }> {
  const { db, clock, log } = services;
  const now = clock();
  const at = sql`${now.toISOString()}::timestamptz`;
  const before = sql`${at} - make_interval(mins => ${GRACE_MINUTES})`;
  const { rows } = await db.execute<Row>(sql`
    select * from (
      select gateway.organization_id as "organizationId", gateway.id, gateway.name,
        gateway.last_seen_at as "lastSeenAt", gateway.applied_version as version,
        case
          when gateway.last_seen_at < ${before} and not is_connected then 'gone'
          when is_connected and exists (select from workspace_change as change
            where change.workspace_id = gateway.workspace_id
              and change.version = coalesce(gateway.applied_version, 0) + 1
              and change.at < ${before}) then 'behind'
        end as state
      from gateway
        join organization on organization.id = gateway.organization_id
        cross join lateral (select exists (select from gateway_connection as connection
          where connection.gateway_id = gateway.id
            and connection.seen_at > ${at} - make_interval(secs => ${CONNECTED_SECONDS})) as is_connected
        ) as connected
      where organization.deleted_at is null
        and gateway.last_seen_at > ${at} - make_interval(days => ${GONE_DAYS_MAX})
    ) as found where state is not null`);
  let found = 0;
  const byOrganization = Map.groupBy(rows, ({ organizationId }) => organizationId);
  const contextOf = ([organizationId]: readonly [string, unknown]) => ({ organizationId });
  await runForEach(log, byOrganization, contextOf, async ([organizationId, gateways]) => {
    found += await storeFindings(
      services,
      organizationId,
      gateways.map((row) => findingOf(row, now)),
    );
  });
  return { found };
}

function findingOf({ id, name, state, lastSeenAt, version }: Row, at: Date): NamedFinding {
  const seenAt = new Date(lastSeenAt).toISOString();
  const isGone = state === 'gone';
  return {
    finding: isGone ? `gone ${id} ${seenAt}` : `behind ${id} ${version ?? '-'}`,
    happening: {
      kind: isGone ? 'gateway_gone' : 'gateway_behind',
      reason: isGone ? 'gateway.gone' : 'gateway.behind',
      at,
      subject: { type: 'gateway', id, name },
      facts: isGone ? { lastSeenAt: seenAt } : {},
      ...{ eventId: null, ownerId: null, actor: null },
    },
  };
}
