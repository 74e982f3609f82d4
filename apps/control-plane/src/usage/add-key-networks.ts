import type { KeyNetwork } from '@tollkeeper/protocol';
import type { Prepared } from '../db/statement.ts';

/** Networks that are stored of one key. One that is used from more is used from anywhere: more are no news. */
export const NETWORKS_MAX = 100;

/** Who reports: a gateway speaks for its workspace only; null for this process. */
type Reporter = {
  readonly organizationId: string;
  readonly workspaceId: string;
} | null;

/** Adds networks from which keys were used, those that are not known yet. What is no key of the reporter's is dropped. */
export function addKeyNetworks(
  reporter: Reporter,
  networks: readonly KeyNetwork[],
  nowMs: number,
): Prepared[] {
  if (networks.length === 0) return [];
  const statement = {
    name: 'add-key-networks',
    text: `
      insert into key_network (organization_id, key_id, network, first_at, is_reported)
      select distinct api_key.organization_id, api_key.id, used.network, to_timestamp($2::float8 / 1000), false
      from json_to_recordset($1::json) as used ("keyId" text, network text)
        join api_key on api_key.id = used."keyId"
      where ($3::text is null or (api_key.organization_id = $3
          and (api_key.workspace_id is null or api_key.workspace_id = $4::text)))
        and not exists (select from key_network as known
          where known.organization_id = api_key.organization_id and known.key_id = api_key.id
          offset ${NETWORKS_MAX - 1})
      order by 1, 2, 3
      on conflict do nothing`,
    values: [
      JSON.stringify(networks),
      nowMs,
      reporter?.organizationId ?? null,
      reporter?.workspaceId ?? null,
    ],
  };
  return [statement];
}
