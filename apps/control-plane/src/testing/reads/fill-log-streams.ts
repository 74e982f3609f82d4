type Send = (text: string, values: unknown[]) => Promise<unknown>;

/** Streams of the organization, with the attempts that are kept of each. */
export async function fillLogStreams(send: Send, organizationId: string): Promise<void> {
  for (const text of [STREAMS, ATTEMPTS]) await send(text, [organizationId]);
}

const STREAMS = `
  insert into log_stream (organization_id, id, name, destination, format, url, status, sequence, next_attempt_at,
    member_id, created_at)
  select $1, 'lst_' || lpad(n::text, 20, '0'), 'Stream ' || n, 'https', 'native', 'https://logs.example/' || n,
    'enabled', 0, now(), 'mem_' || lpad('1', 20, '0'), now()
  from generate_series(1, 10) n`;
const ATTEMPTS = `
  insert into log_stream_attempt (organization_id, stream_id, number, at, duration_ms, first_sequence,
    last_sequence, events_count, bytes, status)
  select organization_id, id, number, now(), 10, number, number, 1, 100, 204
  from log_stream, generate_series(1, 200) as number where organization_id = $1`;
