import { and, eq, getTableColumns, sql } from 'drizzle-orm';
import type { Services } from '../../../context.ts';
import type { Transaction } from '../../../db/connect.ts';
import { auditEvent, webhookDelivery, webhookEndpoint } from '../../../db/schema/index.ts';

/** Requests to one endpoint at a time, by all processes; fewer to one that failed last, so that it costs little. */
const AT_ONCE = { ordered: 1, failing: 2, usual: 10 } as const;
/** A process that has not recorded the attempt by then was killed; no request takes half as long. */
const LEASE_MS = 60_000;
const ENDPOINTS_AT_ONCE = 200;

const { hash: _hash, previousHash: _previousHash, ...eventColumns } = getTableColumns(auditEvent);

export type ClaimedDelivery = Awaited<ReturnType<typeof readClaimed>>[number];

/**
 * Takes deliveries that are due, for this process alone until their lease ends. The endpoints are locked while it
 * chooses, and those that another process has locked are left to it: what is under way to each is then known.
 */
export async function claimDeliveries(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  deliveriesMax: number,
): Promise<readonly ClaimedDelivery[]> {
  if (deliveriesMax <= 0) return [];
  const now = clock();
  return db.transaction(async (tx) => {
    const endpointIds = await lockDueEndpoints(tx, now);
    if (endpointIds.length === 0) return [];
    // In a statement of its own, which sees what the process before has claimed.
    const claimed = await claim(tx, endpointIds, now, deliveriesMax);
    return readClaimed(tx, claimed);
  });
}

/** In random order, so that each has its turn. */
async function lockDueEndpoints(tx: Transaction, now: Date): Promise<readonly string[]> {
  const { rows } = await tx.execute<{ id: string }>(sql`
    select endpoint.id
    from webhook_endpoint as endpoint
    where endpoint.status = 'enabled'
      and exists (select from organization
        where id = endpoint.organization_id and deleted_at is null)
      and exists (select from webhook_delivery as due
        where due.organization_id = endpoint.organization_id and due.endpoint_id = endpoint.id
          and due.status = 'pending' and due.next_attempt_at <= ${now.toISOString()}::timestamptz)
    order by random()
    limit ${ENDPOINTS_AT_ONCE}
    for no key update of endpoint skip locked`);
  return rows.map(({ id }) => id);
}

interface Claim extends Record<string, unknown> {
  readonly organizationId: string;
  readonly endpointId: string;
  readonly sequence: string;
}

/** Of an ordered endpoint, only the first that is pending, due or not. */
async function claim(
  tx: Transaction,
  endpointIds: readonly string[],
  now: Date,
  deliveriesMax: number,
): Promise<readonly Claim[]> {
  const at = sql`${now.toISOString()}::timestamptz`;
  const until = sql`${new Date(now.getTime() + LEASE_MS).toISOString()}::timestamptz`;
  const { rows } = await tx.execute<Claim>(sql`
    with place as (
      select endpoint.organization_id, endpoint.id, endpoint.is_ordered,
        case when endpoint.is_ordered then ${AT_ONCE.ordered}::int
          when endpoint.failing_since is not null then ${AT_ONCE.failing}::int
          else ${AT_ONCE.usual}::int end
        - (select count(*) from webhook_delivery as sent
          where sent.organization_id = endpoint.organization_id and sent.endpoint_id = endpoint.id
            and sent.status = 'pending' and sent.claimed_until > ${at}) as room
      from webhook_endpoint as endpoint
      where endpoint.id = any(${sql.param(endpointIds)}::text[])
    ), due as (
      select found.* from place cross join lateral (
        select organization_id, endpoint_id, sequence from webhook_delivery as d
        where d.organization_id = place.organization_id and d.endpoint_id = place.id
          and d.status = 'pending' and d.next_attempt_at <= ${at}
          and (not place.is_ordered or d.sequence = (
            select min(waiting.sequence) from webhook_delivery as waiting
            where waiting.organization_id = place.organization_id
              and waiting.endpoint_id = place.id and waiting.status = 'pending'))
        order by d.next_attempt_at, d.sequence
        limit greatest(place.room, 0)
      ) as found
      limit ${deliveriesMax}
    )
    update webhook_delivery as delivery
    set claimed_until = ${until}, next_attempt_at = ${until}
    from due
    where delivery.organization_id = due.organization_id
      and delivery.endpoint_id = due.endpoint_id and delivery.sequence = due.sequence
      and delivery.status = 'pending' and delivery.next_attempt_at <= ${at}
    returning delivery.organization_id as "organizationId", delivery.endpoint_id as "endpointId",
      delivery.sequence`);
  return rows;
}

/** The event is null where the retention of the log has deleted it. */
function readClaimed(tx: Transaction, claims: readonly Claim[]) {
  const claimed = sql`(${webhookDelivery.organizationId}, ${webhookDelivery.endpointId}, ${webhookDelivery.sequence})
    in (select * from unnest(${sql.param(claims.map(({ organizationId }) => organizationId))}::text[],
      ${sql.param(claims.map(({ endpointId }) => endpointId))}::text[],
      ${sql.param(claims.map(({ sequence }) => sequence))}::bigint[]))`;
  return tx
    .select({ delivery: webhookDelivery, endpoint: webhookEndpoint, event: eventColumns })
    .from(webhookDelivery)
    .innerJoin(
      webhookEndpoint,
      and(
        eq(webhookEndpoint.organizationId, webhookDelivery.organizationId),
        eq(webhookEndpoint.id, webhookDelivery.endpointId),
      ),
    )
    .leftJoin(
      auditEvent,
      and(
        eq(auditEvent.organizationId, webhookDelivery.organizationId),
        eq(auditEvent.sequence, webhookDelivery.sequence),
      ),
    )
    .where(claimed);
}
