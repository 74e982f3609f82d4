import type { Query } from './query-database.ts';

/**
 * Puts many keys of the workspace's organization into the database, unconfined, without a change.
 * @returns their ids
 */
export async function addManyKeys(
  query: Query,
  workspaceId: string,
  count: number,
): Promise<string[]> {
  const rows = await query<{ id: string }>(
    `with place as (
       select w.organization_id, m.id as member_id from workspace w
       join member m on m.organization_id = w.organization_id and m.role_id = 'role_owner'
       where w.id = $1
     ), made as (
       insert into api_key (id, organization_id, member_id, name, prefix, status, profile, scopes,
         allowed_ips, created_at)
       select 'key_' || lpad(n::text, 20, 'A'), organization_id, member_id, 'key ' || n,
         'tk_live_AAAA', 'active', 'custom', '{api_keys.read,usage.read}', '{}', now()
       from place, generate_series(1, $2::int) as n
       returning id, organization_id
     )
     insert into api_key_secret (hash, organization_id, key_id, created_at)
     select sha256(id::bytea), organization_id, id, now() from made
     returning key_id as id`,
    [workspaceId, count],
  );
  return rows.map(({ id }) => id);
}
