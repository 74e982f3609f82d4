/** The kinds of actions, in the order in which the filter offers them, and what each action did. */
export const ACTION_GROUPS: readonly ActionGroup[] = [
  {
    group: 'api_key',
    title: 'API keys',
    actions: {
      create: 'Created an API key',
      update: 'Edited an API key',
      rotate: 'Rotated the secret of an API key',
      disable: 'Disabled an API key',
      enable: 'Enabled an API key',
      revoke: 'Revoked an API key',
      cascade: 'Ended what an API key created',
      delete: 'Deleted an API key',
    },
  },
  {
    group: 'session',
    title: 'Signing in',
    actions: {
      sign_in: 'Signed in',
      sign_in_failed: 'Failed to sign in',
      sign_out: 'Signed out',
      confirm: 'Confirmed their identity',
      revoke_all: 'Signed out everywhere',
      change_password: 'Changed their password',
      create_reset_link: 'Created a link to reset a password',
      reset_password: 'Reset a password',
      begin_two_factor: 'Began to set up an authenticator app',
      verify_two_factor: 'Set up an authenticator app',
      disable_two_factor: 'Removed an authenticator app',
      renew_backup_codes: 'Replaced their backup codes',
      add_passkey: 'Added a passkey',
      delete_passkey: 'Removed a passkey',
      reset_second_factors: 'Removed all second factors of a member',
      approve_device: 'Approved a device',
      deny_device: 'Denied a device',
    },
  },
  {
    group: 'member',
    title: 'Members',
    actions: {
      update: 'Changed the role of a member',
      suspend: 'Suspended a member',
      reinstate: 'Reinstated a member',
      remove: 'Removed a member',
    },
  },
  {
    group: 'invitation',
    title: 'Invitations',
    actions: {
      create: 'Invited somebody',
      resend: 'Sent an invitation again',
      accept: 'Accepted an invitation',
      withdraw: 'Withdrew an invitation',
    },
  },
  {
    group: 'role',
    title: 'Roles',
    actions: { create: 'Created a role', update: 'Edited a role', delete: 'Deleted a role' },
  },
  {
    group: 'policy',
    title: 'Policies',
    actions: {
      create: 'Created a policy',
      update: 'Edited a policy',
      enable: 'Enabled a policy',
      disable: 'Disabled a policy',
      restore: 'Restored a version of a policy',
      delete: 'Deleted a policy',
    },
  },
  {
    group: 'api_scope',
    title: 'API scopes',
    actions: {
      create: 'Created an API scope',
      update: 'Edited an API scope',
      delete: 'Deleted an API scope',
    },
  },
  {
    group: 'gateway',
    title: 'Gateways',
    actions: {
      join: 'Joined the fleet',
      update: 'Edited a gateway',
      delete: 'Removed a gateway',
      join_refused: 'Refused to let a gateway join',
      connection_refused: 'Refused the connection of a gateway',
      identity_conflict: 'Found a gateway’s identity in several places',
      witness_alarm: 'Saw a contradiction in the audit log',
      witness_alarm_resolved: 'No longer sees a contradiction in the audit log',
    },
  },
  {
    group: 'join_key',
    title: 'Join keys',
    actions: { create: 'Created a join key', delete: 'Deleted a join key' },
  },
  {
    group: 'workspace',
    title: 'Workspaces',
    actions: {
      create: 'Created a workspace',
      update: 'Renamed a workspace',
      delete: 'Deleted a workspace',
      database_restored: 'Found the database restored from a backup',
    },
  },
  {
    group: 'organization',
    title: 'Organization',
    actions: {
      create: 'Created the organization',
      update: 'Edited the organization',
      set_plan: 'Changed the plan',
      transfer: 'Transferred the organization',
      delete: 'Deleted the organization',
    },
  },
  {
    group: 'billing',
    title: 'Billing',
    actions: {
      change_plan: 'Changed the plan',
      request_plan: 'Requested another plan',
      withdraw_request: 'Withdrew a request for another plan',
      approve_request: 'Approved a request for another plan',
      decline_request: 'Declined a request for another plan',
      plan_ending: 'Warned that the plan ends',
      plan_ended: 'Ended the plan',
      order_plan: 'Ordered a plan from the payment provider',
      cancel_subscription: 'Canceled the subscription',
      resume_subscription: 'Kept a subscription that was to end',
      follow_subscription: 'Took over a change of the subscription',
      several_subscriptions: 'Found several subscriptions at a time',
      end_subscriptions: 'Ended the subscriptions of the deleted organization',
      near_limit: 'Came near the limit of keys',
      limit_reached: 'Reached the limit of keys',
    },
  },
  { group: 'security', title: 'Security', actions: { update: 'Changed the security settings' } },
  {
    group: 'audit_log',
    title: 'Audit log',
    actions: {
      export: 'Exported events',
      export_ended: 'Finished an export of events',
      update: 'Changed how long events are kept',
      prune: 'Removed events that were kept long enough',
      integration_stopped: 'Found the log changed from outside',
      integration_resumed: 'Found the log as it was left again',
      witness_alarm: 'A witness found a contradiction in the log',
      witness_alarm_resolved: 'A witness no longer finds a contradiction in the log',
    },
  },
  {
    group: 'notification',
    title: 'Notifications',
    actions: {
      update_preferences: 'Changed what they are notified of',
      update_defaults: 'Changed what members are notified of',
      unsubscribe: 'Stopped mails by the link in one',
    },
  },
  {
    group: 'webhook_endpoint',
    title: 'Webhooks',
    actions: {
      create: 'Created a webhook endpoint',
      update: 'Edited a webhook endpoint',
      rotate_secret: 'Rotated the secret of a webhook endpoint',
      fail: 'Reported that a webhook endpoint fails',
      disable: 'Disabled a webhook endpoint',
      enable: 'Enabled a webhook endpoint',
      delete: 'Deleted a webhook endpoint',
      test: 'Sent a test event to a webhook endpoint',
      resend: 'Resent events to a webhook endpoint',
    },
  },
  {
    group: 'compliance_report',
    title: 'Compliance reports',
    actions: {
      create: 'Made a compliance report',
      export: 'Exported a compliance report',
      delete: 'Deleted a compliance report',
    },
  },
  {
    group: 'access',
    title: 'Refused calls',
    actions: { refused: 'Tried what they may not do' },
  },
];

interface ActionGroup {
  /** What the actions begin with: `api_key` in `api_key.create`. */
  readonly group: string;
  readonly title: string;
  readonly actions: Readonly<Record<string, string>>;
}
