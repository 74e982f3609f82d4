import { and, eq, sql } from 'drizzle-orm';
import type { Database } from '../../../db/connect.ts';
import { webhookDelivery } from '../../../db/schema/index.ts';

interface Holder extends Record<string, unknown> {
  readonly organizationId: string;
  readonly endpointId: string;
}

/**
 * Deletes the deliveries of endpoints that are gone, with their attempts. An endpoint can have millions, and its
 * deletion holds up the changes of its organization for as long as it takes: it leaves them to this.
 */
export async function deleteOrphanDeliveries(db: Database): Promise<{ readonly rowCount: number }> {
  let rowCount = 0;
  for (const { organizationId, endpointId } of await findOrphaned(db)) {
    const deleted = await db
      .delete(webhookDelivery)
      .where(
        and(
          eq(webhookDelivery.organizationId, organizationId),
          eq(webhookDelivery.endpointId, endpointId),
        ),
      );
    rowCount += deleted.rowCount ?? 0;
  }
  return { rowCount };
}

/** From one endpoint to the next by the index, past all that was sent to each. */
async function findOrphaned(db: Database): Promise<readonly Holder[]> {
  const { rows } = await db.execute<Holder>(sql`
    with recursive holder as (
      (select organization_id, endpoint_id from webhook_delivery order by 1, 2 limit 1)
      union all
      select next.organization_id, next.endpoint_id
      from holder cross join lateral (
        select organization_id, endpoint_id from webhook_delivery as later
        where (later.organization_id, later.endpoint_id) > (holder.organization_id, holder.endpoint_id)
        order by 1, 2
        limit 1
      ) as next
    )
    select organization_id as "organizationId", endpoint_id as "endpointId" from holder
    where not exists (select from webhook_endpoint as endpoint
      where endpoint.organization_id = holder.organization_id and endpoint.id = holder.endpoint_id)`);
  return rows;
}
