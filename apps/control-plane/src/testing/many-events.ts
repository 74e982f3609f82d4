import type { Query } from './query-database.ts';

/**
 * Audit events beside those that were written, at the end of the log: as many as a test needs, and without
 * hashes that anyone could check.
 * @param bytes of each of them, about
 */
export async function insertEvents(
  query: Query,
  organizationId: string,
  count: number,
  bytes = 200,
): Promise<void> {
  await query(
    `with chain as (
      update audit_chain set sequence = sequence + $2 where organization_id = $1
      returning sequence - $2 as before
    )
    insert into audit_event (id, organization_id, sequence, at, actor, action, target, before, after, ip,
      user_agent, request_id, previous_hash, hash)
    select 'evt_' || lpad((before + number)::text, 20, '0'), $1, before + number,
      now() - interval '1 day' + number * interval '1 millisecond',
      '{"type":"system","job":"test"}', 'test.insert', '{"type":"organization","id":"org","name":"Acme"}', null,
      jsonb_build_object('text', repeat(md5(number::text), $3)), null, null, 'req_test', '', ''
    from chain, generate_series(1, $2) as number`,
    [organizationId, count, Math.ceil(bytes / 32)],
  );
}
