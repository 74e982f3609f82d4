type Send = (text: string, values: unknown[]) => Promise<unknown>;

/** Reports of keys of the organization, one in a hundred of them open. */
export async function fillLeaks(send: Send, organizationId: string): Promise<void> {
  await send(LEAKS, [organizationId]);
}

const LEAKS = `
  insert into leak (organization_id, id, key_id, key_name, key_prefix, canary, member_id, reporter, place_hash,
    action, status, created_at)
  select $1, 'leak_' || lpad(n::text, 20, '0'), 'key_' || lpad(n::text, 20, '0'), 'ci-' || n, 'tk_live_0a1b', false,
    'mem_' || lpad('1', 20, '0'), 'holder', sha256(n::text::bytea), 'disabled',
    case when n % 100 = 0 then 'open' else 'resolved' end, now() - n * interval '1 minute'
  from generate_series(1, 5000) n`;
