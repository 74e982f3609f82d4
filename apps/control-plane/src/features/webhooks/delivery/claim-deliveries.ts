import { and, eq, sql } from 'drizzle-orm';
import type { Services } from '../../../context.ts';
import type { Transaction } from '../../../db/connect.ts';
import { auditEvent, webhookDelivery, webhookEndpoint } from '../../../db/schema/index.ts';
import { busyOrganizations } from '../../../delivery/index.ts';
import { payloadColumns } from '../webhook-payload.ts';

/** Requests to one endpoint at a time, by all processes; fewer to one that failed last, so that it costs little. */
const AT_ONCE = { ordered: 1, failing: 2, usual: 10 } as const;
/** Requests of one process to the endpoints of one organization at a time, however many it has. */
const ORGANIZATION_AT_ONCE = 40;
/** A process that has not recorded the attempt by then was killed; no request takes half as long. */
const LEASE_MS = 60_000;
const ENDPOINTS_AT_ONCE = 200;

export type ClaimedDelivery = Awaited<ReturnType<typeof readClaimed>>[number];

/**
 * Takes deliveries that are due, for this process alone until their lease ends. The endpoints are locked while it
 * chooses, and those that another process has locked are left to it: what is under way to each is then known.
 * @param underWay requests of this process, by organization
 */
export async function claimDeliveries(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  deliveriesMax: number,
  underWay: ReadonlyMap<string, number> = new Map(),
): Promise<readonly ClaimedDelivery[]> {
  if (deliveriesMax <= 0) return [];
  const now = clock();
  return db.transaction(async (tx) => {
    const endpointIds = await lockDueEndpoints(tx, now);
    if (endpointIds.length === 0) return [];
    // In a statement of its own, which sees what the process before has claimed.
    const claimed = await claim(tx, { endpointIds, underWay, deliveriesMax }, now);
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

interface Choice {
  readonly endpointIds: readonly string[];
  readonly underWay: ReadonlyMap<string, number>;
  readonly deliveriesMax: number;
}

/**
 * Of an ordered endpoint, only the first that is pending, due or not. Organizations have their turns one after
 * another, and so have the endpoints of each: those that hang leave places to the others.
 */
async function claim(
  tx: Transaction,
  { endpointIds, underWay, deliveriesMax }: Choice,
  now: Date,
): Promise<readonly Claim[]> {
  const inMs = (ms: number) => sql`${new Date(now.getTime() + ms).toISOString()}::timestamptz`;
  const at = inMs(0);
  const until = inMs(LEASE_MS);
  const { rows } = await tx.execute<Claim>(sql`
    with place as (
      select endpoint.organization_id, endpoint.id, endpoint.is_ordered, sent.count as under_way,
        case when endpoint.is_ordered then ${AT_ONCE.ordered}::int
          when endpoint.failing_since is not null then ${AT_ONCE.failing}::int
          else ${AT_ONCE.usual}::int end - sent.count as room
      from webhook_endpoint as endpoint cross join lateral (
        select count(*) from webhook_delivery as sent
          where sent.organization_id = endpoint.organization_id and sent.endpoint_id = endpoint.id
            and sent.status = 'pending' and sent.claimed_until > ${at}
            -- What is claimed is due when its lease ends, by which the index finds it beside any backlog.
            and sent.next_attempt_at > ${at} and sent.next_attempt_at <= ${inMs(2 * LEASE_MS)}
      ) as sent
      where endpoint.id = any(${sql.param(endpointIds)}::text[])
    ), waiting as (
      select place.organization_id, place.id as endpoint_id, found.sequence,
        place.under_way + row_number() over (
          partition by place.id order by found.next_attempt_at, found.sequence) as nth
      from place cross join lateral (
        select d.sequence, d.next_attempt_at from webhook_delivery as d
        where not place.is_ordered and d.organization_id = place.organization_id
          and d.endpoint_id = place.id and d.status = 'pending' and d.next_attempt_at <= ${at}
        order by d.next_attempt_at, d.sequence
        limit greatest(place.room, 0)
      ) as found
      union all
      select place.organization_id, place.id, first.sequence, 1
      from place cross join lateral (
        select d.sequence, d.next_attempt_at from webhook_delivery as d
        where d.organization_id = place.organization_id and d.endpoint_id = place.id
          and d.status = 'pending'
        order by d.sequence
        limit 1
      ) as first
      where place.is_ordered and place.room > 0 and first.next_attempt_at <= ${at}
    ), turn as (
      select waiting.*, coalesce(busy.count, 0) + row_number() over (
          partition by waiting.organization_id order by waiting.nth, random()) as number
      from waiting left join ${busyOrganizations(underWay)}
        on busy.organization_id = waiting.organization_id
    ), due as (
      select * from turn where number <= ${ORGANIZATION_AT_ONCE}
      order by number, random()
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

/** Ends the lease of a delivery that was not sent: any process may send it at once. */
export async function giveBackDelivery(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  { delivery: { organizationId, endpointId, sequence, claimedUntil } }: ClaimedDelivery,
): Promise<void> {
  if (claimedUntil === null) return;
  await db
    .update(webhookDelivery)
    .set({ claimedUntil: null, nextAttemptAt: clock() })
    .where(
      and(
        eq(webhookDelivery.organizationId, organizationId),
        eq(webhookDelivery.endpointId, endpointId),
        eq(webhookDelivery.sequence, sequence),
        eq(webhookDelivery.status, 'pending'),
        eq(webhookDelivery.claimedUntil, claimedUntil),
      ),
    );
}

/** The event is null where the retention of the log has deleted it. */
function readClaimed(tx: Transaction, claims: readonly Claim[]) {
  const claimed = sql`(${webhookDelivery.organizationId}, ${webhookDelivery.endpointId}, ${webhookDelivery.sequence})
    in (select * from unnest(${sql.param(claims.map(({ organizationId }) => organizationId))}::text[],
      ${sql.param(claims.map(({ endpointId }) => endpointId))}::text[],
      ${sql.param(claims.map(({ sequence }) => sequence))}::bigint[]))`;
  return tx
    .select({ delivery: webhookDelivery, endpoint: webhookEndpoint, event: payloadColumns })
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
