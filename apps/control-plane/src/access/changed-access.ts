import { type SQL, type SQLWrapper, sql } from 'drizzle-orm';

/** Changes in what members and keys may do, and in where events are sent, to things that are named as they are now. */
const ACCESS = `'member.update', 'member.suspend', 'member.reinstate', 'role.create', 'role.update',
    'policy.create', 'policy.update', 'policy.restore', 'policy.enable', 'policy.disable',
    'webhook_endpoint.update', 'webhook_endpoint.rotate_secret', 'webhook_endpoint.enable',
    'webhook_endpoint.disable', 'log_stream.update', 'log_stream.pause', 'log_stream.resume',
    'chat_destination.update', 'chat_destination.enable', 'chat_destination.disable'`;

/** Changes of settings, and deletions of what lasts: the event alone says what was there before. */
const SETTINGS = `'security.update', 'audit_log.update', 'leak.set_response', 'leak.resolve',
    'leak.dismiss', 'notification.update_defaults', 'notification.update_preferences',
    'organization.update', 'organization.transfer', 'billing.change_plan', 'billing.order_plan',
    'billing.cancel_subscription', 'billing.resume_subscription', 'billing.request_plan',
    'billing.withdraw_request', 'billing.approve_request', 'billing.decline_request',
    'api_scope.create', 'api_scope.update', 'api_scope.delete', 'workspace.create',
    'workspace.update', 'workspace.delete', 'gateway.update', 'member.remove', 'role.delete',
    'policy.delete', 'webhook_endpoint.delete', 'log_stream.delete', 'chat_destination.delete',
    'review_campaign.update', 'review_campaign.cancel', 'review_campaign.delete',
    'compliance_report.delete'`;

/** Written out, as an index holds the events of both alone. */
export const CHANGED_ACCESS = sql.raw(`(${ACCESS})`);
export const CHANGED_SETTINGS = sql.raw(`(${SETTINGS})`);
export const CHANGED = sql.raw(`(${ACCESS}, ${SETTINGS})`);

/** The key, or else the member, that did what an audit event records. */
export function eventActor(actor: SQLWrapper): SQL {
  return sql`coalesce(${actor} ->> 'keyId', ${actor} ->> 'memberId')`;
}
