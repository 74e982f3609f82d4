type Send = (text: string, values: unknown[]) => Promise<unknown>;

/** Counts of calls in the last month: ten by key and minute for each key, and four by member and workspace. */
export async function fillUsage(
  send: Send,
  organizationId: string,
  keys: number,
  workspaces: number,
): Promise<void> {
  await send(KEY_USAGE, [organizationId, keys, 10 * keys]);
  await send(ORGANIZATION_USAGE, [organizationId, 4 * keys, workspaces]);
}

const KEY_USAGE = `
  insert into key_usage (organization_id, key_id, minute, accepted, denied)
  select $1, 'key_' || lpad((1 + (n * 7919) % $2::int)::text, 20, '0'),
    date_trunc('minute', now()) - (n / 23) % 44640 * interval '1 minute', n % 10, n % 2
  from generate_series(1, $3::bigint) n on conflict do nothing`;
const ORGANIZATION_USAGE = `
  insert into organization_usage (organization_id, member_id, workspace_id, minute, accepted, denied)
  select $1, 'mem_' || lpad((1 + n % 7)::text, 20, '0'), case when n % 2 = 0 then 'ws_' || lpad((1 + n % $3::int)::text, 20, '0') else '' end,
    date_trunc('minute', now()) - (n * 7919) % 44640 * interval '1 minute', n % 10, n % 2
  from generate_series(1, $2::bigint) n on conflict do nothing`;
