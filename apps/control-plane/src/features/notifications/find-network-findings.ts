import { sql } from 'drizzle-orm';
import { runForEach } from '../../run-for-each.ts';
import type { DeriveServices } from './derive-notifications.ts';
import { type NamedFinding, storeFindings } from './store-findings.ts';

/** Networks of one run; the next one goes on. */
const ROWS_MAX = 1000;

interface Row extends Record<string, unknown> {
  readonly organizationId: string;
  readonly keyId: string;
  readonly name: string;
  readonly ownerId: string;
  readonly network: string;
  readonly firstAt: string;
  /** Whether the key was used from another network before. */
  readonly isNews: boolean;
}

/**
 * Notifies owners of keys that were used from a network that they were not used from before. The first network of a
 * key is no news. Can be run again at any time: each is reported once.
 */
export async function findNetworkFindings(services: DeriveServices): Promise<{ found: number }> {
  const { db, log } = services;
  // An organization whose cursor does not exist yet is next time's.
  const { rows } = await db.execute<Row>(sql`
    select used.organization_id as "organizationId", used.key_id as "keyId", api_key.name,
      api_key.member_id as "ownerId", used.network, used.first_at as "firstAt",
      exists (select from key_network as earlier
        where earlier.organization_id = used.organization_id and earlier.key_id = used.key_id
          and (earlier.first_at, earlier.network) < (used.first_at, used.network)) as "isNews"
    from key_network as used
      join api_key on api_key.id = used.key_id
      join notification_cursor as cursor on cursor.organization_id = used.organization_id
      join organization on organization.id = used.organization_id
    where not used.is_reported and organization.deleted_at is null
    order by used.first_at
    limit ${ROWS_MAX}`);
  let found = 0;
  const byOrganization = Map.groupBy(rows, ({ organizationId }) => organizationId);
  const contextOf = ([organizationId]: readonly [string, unknown]) => ({ organizationId });
  await runForEach(log, byOrganization, contextOf, async ([organizationId, networks]) => {
    const news = networks.filter(({ isNews }) => isNews);
    found += await storeFindings(services, organizationId, news.map(findingOf));
    await db.execute(sql`
      update key_network set is_reported = true
      from unnest(${sql.param(networks.map(({ keyId }) => keyId))}::text[],
        ${sql.param(networks.map(({ network }) => network))}::text[]) as done (key_id, network)
      where key_network.organization_id = ${organizationId}
        and key_network.key_id = done.key_id and key_network.network = done.network`);
  });
  return { found };
}

function findingOf({ keyId, name, ownerId, network, firstAt }: Row): NamedFinding {
  return {
    finding: `network ${keyId} ${network}`,
    happening: {
      kind: 'api_key_new_network',
      reason: 'api_key.new_network',
      at: new Date(firstAt),
      subject: { type: 'api_key', id: keyId, name },
      facts: { network },
      ...{ ownerId, eventId: null, actor: null },
    },
  };
}
