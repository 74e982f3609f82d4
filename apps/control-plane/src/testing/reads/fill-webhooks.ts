type Send = (text: string, values: unknown[]) => Promise<unknown>;

/** Endpoints of the organization, and a delivery of each of its events to the first of them, tried twice. */
export async function fillWebhooks(send: Send, organizationId: string): Promise<void> {
  for (const text of [ENDPOINTS, DELIVERIES, ATTEMPTS, CURSOR]) await send(text, [organizationId]);
}

const ENDPOINTS = `
  insert into webhook_endpoint (organization_id, id, name, url, event_types, signature, is_ordered, status,
    secret, after_sequence, member_id, created_at)
  select $1, 'whe_' || lpad(n::text, 20, '0'), 'Hooks ' || n, 'https://hooks.example/' || n, '{*}', 'v1', false,
    'enabled', '', 0, 'mem_' || lpad('1', 20, '0'), now()
  from generate_series(1, 50) n`;
const DELIVERIES = `
  insert into webhook_delivery (organization_id, endpoint_id, sequence, event_id, event_type, status,
    attempts_count, tries_count, next_attempt_at, created_at)
  select organization_id, 'whe_' || lpad('1', 20, '0'), sequence, id, action,
    case sequence % 100 when 0 then 'pending' when 1 then 'failed' else 'delivered' end, 2, 2, at, at
  from audit_event where organization_id = $1`;
const ATTEMPTS = `
  insert into webhook_attempt (organization_id, endpoint_id, sequence, number, at, duration_ms, status)
  select organization_id, endpoint_id, sequence, number, created_at, 10, 204
  from webhook_delivery, generate_series(1, 2) as number where organization_id = $1`;
const CURSOR = `insert into webhook_cursor (organization_id, sequence) values ($1, 0)`;
