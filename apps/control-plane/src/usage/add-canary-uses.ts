import type { CanaryUse } from '@tollkeeper/protocol';
import type { Prepared } from '../db/statement.ts';

/** Where canary keys were used; of a gateway, which speaks for its workspace only. */
export type CanaryPlace =
  | 'api'
  | 'verify'
  | {
      readonly gatewayId: string;
      readonly organizationId: string;
      readonly workspaceId: string;
    };

/** Callers that one report of a gateway distinguishes: no honest one has more. */
const USES_MAX = 1000;

/**
 * Adds uses to those that the next audit event of the key will tell of. What is no canary key, and none that the
 * gateway may know of, is dropped; no use lies in the future.
 */
export function addCanaryUses(
  place: CanaryPlace,
  uses: readonly CanaryUse[],
  nowMs: number,
): Prepared[] {
  if (uses.length === 0) return [];
  const gateway = typeof place === 'string' ? undefined : place;
  const statement = {
    name: 'add-canary-uses',
    text: `
      insert into canary_use as stored
        (organization_id, key_id, place, ip, user_agent, first_at, last_at, count)
      select api_key.organization_id, api_key.id, $2, coalesce(used.ip, ''),
        coalesce(used."userAgent", ''), to_timestamp(min(least(used."firstMs", $3)) / 1000),
        to_timestamp(max(least(used."lastMs", $3)) / 1000), sum(used.count)
      from json_to_recordset($1::json) as used (
        "keyId" text, ip text, "userAgent" text, "firstMs" float8, "lastMs" float8, count float8)
      join api_key on api_key.id = used."keyId" and api_key.canary
      where $4::text is null or (api_key.organization_id = $4
        and (api_key.workspace_id is null or api_key.workspace_id = $5::text))
      group by 1, 2, 4, 5
      order by 1, 2, 4, 5
      on conflict (organization_id, key_id, place, ip, user_agent) do update set
        first_at = least(stored.first_at, excluded.first_at),
        last_at = greatest(stored.last_at, excluded.last_at),
        count = stored.count + excluded.count`,
    values: [
      JSON.stringify(uses.slice(0, USES_MAX)),
      gateway?.gatewayId ?? place,
      nowMs,
      gateway?.organizationId ?? null,
      gateway?.workspaceId ?? null,
    ],
  };
  return [statement];
}
