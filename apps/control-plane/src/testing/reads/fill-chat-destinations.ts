type Send = (text: string, values: unknown[]) => Promise<unknown>;

/** Chat destinations of the organization. */
export async function fillChatDestinations(send: Send, organizationId: string): Promise<void> {
  await send(DESTINATIONS, [organizationId]);
}

const DESTINATIONS = `
  insert into chat_destination (organization_id, id, name, service, url, host, kinds, status, number, summaries,
    next_attempt_at, member_id, created_at)
  select $1, 'chd_' || lpad(n::text, 20, '0'), 'Channel ' || n, 'slack', '\\x00', 'hooks.slack.com', '["gateway_gone"]',
    'enabled', 0, '[]', now(), 'mem_' || lpad('1', 20, '0'), now()
  from generate_series(1, 20) n`;
