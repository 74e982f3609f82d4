import { type SQL, type SQLWrapper, sql } from 'drizzle-orm';

/** Audit events of changes in what members and keys may do, written out as an index holds these events alone. */
export const CHANGED_ACCESS = sql.raw(
  `('member.update', 'member.suspend', 'member.reinstate', 'role.create', 'role.update',
    'policy.create', 'policy.update', 'policy.restore', 'policy.enable', 'policy.disable',
    'webhook_endpoint.update', 'webhook_endpoint.rotate_secret', 'webhook_endpoint.enable',
    'webhook_endpoint.disable', 'log_stream.update', 'log_stream.pause', 'log_stream.resume',
    'chat_destination.update', 'chat_destination.enable', 'chat_destination.disable')`,
);

/** The key, or else the member, that did what an audit event records. */
export function eventActor(actor: SQLWrapper): SQL {
  return sql`coalesce(${actor} ->> 'keyId', ${actor} ->> 'memberId')`;
}
