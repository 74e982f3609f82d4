import type { BuiltInScope } from './scopes.ts';

/** Where a member is notified of a kind: in the dashboard's bell, by email, by both, or not at all. */
export const NOTIFICATION_CHANNELS = ['bell', 'mail', 'both', 'none'] as const;
export type NotificationChannel = (typeof NOTIFICATION_CHANNELS)[number];

/** How long notifications are kept. */
export const NOTIFICATION_KEPT_DAYS = 90;
/** Days before the expiry of a key at which its owner is notified. */
export const KEY_EXPIRY_DAYS = [14, 3, 1] as const;
/** A key that nobody used for so many days is reported to its owner. */
export const KEY_UNUSED_DAYS = 30;
/** Hour of the day, in UTC, at which the digest is sent unless the organization chose another one. */
export const DIGEST_HOUR = 7;

export interface NotificationKindFacts {
  readonly title: string;
  readonly description: string;
  /** Mailed at once; other kinds wait for the daily digest. */
  readonly isSecurity: boolean;
  readonly channel: NotificationChannel;
  /** What the owner of the key must hold to be notified; absent where ownership does not matter. */
  readonly ownerScopes?: readonly BuiltInScope[];
  /** What anyone else must hold to be notified; absent where it concerns the owner of the key alone. */
  readonly scopes?: readonly BuiltInScope[];
}

/** Every kind of notification, and who is notified of it. Nobody is notified of what they could not see. */
export const NOTIFICATION_KINDS = {
  api_key_changed: {
    title: 'Your key was changed by somebody else',
    description: 'Somebody else disabled, revoked, rotated or deleted one of your API keys',
    isSecurity: true,
    channel: 'both',
    ownerScopes: ['api_keys.read'],
  },
  api_key_new_network: {
    title: 'Your key was used from a new network',
    description:
      'One of your API keys was used from a network (/24 of IPv4, /48 of IPv6) that it was not used from before',
    isSecurity: true,
    channel: 'both',
    ownerScopes: ['api_keys.read'],
  },
  api_key_leaked: {
    title: 'A key leaked',
    description:
      'An API key was found in a public place; also about keys of others, if you may manage them and see leaks',
    isSecurity: true,
    channel: 'both',
    ownerScopes: ['api_keys.read'],
    scopes: ['api_keys.read', 'api_keys.manage_all', 'integrations.read'],
  },
  canary_key_used: {
    title: 'A canary key was used',
    description:
      'Somebody used an API key that nobody should use; also about keys of others, if you may manage them',
    isSecurity: true,
    channel: 'both',
    ownerScopes: ['api_keys.read'],
    scopes: ['api_keys.read', 'api_keys.manage_all'],
  },
  audit_alarm: {
    title: 'Audit log alarm',
    description: 'The audit log does not verify, or a witness found something wrong with it',
    isSecurity: true,
    channel: 'both',
    scopes: ['audit.read'],
  },
  api_key_expiring: {
    title: 'Your key expires soon',
    description: 'One of your API keys expires in 14, 3 or 1 days',
    isSecurity: false,
    channel: 'both',
    ownerScopes: ['api_keys.read'],
  },
  api_key_unused: {
    title: 'Your key is not in use',
    description:
      'One of your API keys has not been used for 30 days, or is about to be disabled for that reason',
    isSecurity: false,
    channel: 'both',
    ownerScopes: ['api_keys.read'],
  },
  plan_limit: {
    title: 'Plan limit near',
    description: 'The organization has used 80 % of the keys that its plan allows, or all of them',
    isSecurity: false,
    channel: 'both',
    scopes: ['billing.read'],
  },
  plan_change: {
    title: 'Plan requests',
    description: 'Another plan was requested, the request was decided, or the plan is about to end',
    isSecurity: false,
    channel: 'both',
    scopes: ['billing.read'],
  },
  webhook_failing: {
    title: 'A webhook fails',
    description: 'A webhook endpoint has failed for two days, or was disabled because it failed',
    isSecurity: false,
    channel: 'both',
    scopes: ['audit.webhook_manage'],
  },
  log_stream_failing: {
    title: 'A log stream fails',
    description:
      'A log system does not accept the audit log, or accepts it again; a stream was paused, or lost events',
    isSecurity: false,
    channel: 'both',
    scopes: ['audit.webhook_manage'],
  },
  chat_destination_failing: {
    title: 'A chat destination fails',
    description: 'A chat destination has failed for two days, or was disabled because it failed',
    isSecurity: false,
    channel: 'both',
    scopes: ['integrations.manage'],
  },
  key_review_due: {
    title: 'Keys wait for your review',
    description:
      'A review campaign that has begun, or ends soon, waits for you to decide about keys',
    isSecurity: false,
    channel: 'both',
    ownerScopes: ['api_keys.read'],
  },
  review_campaign_ended: {
    title: 'A review campaign ended',
    description: 'A review campaign has ended, or was cancelled',
    isSecurity: false,
    channel: 'bell',
    scopes: ['compliance.read', 'api_keys.read', 'api_keys.manage_all'],
  },
  gateway_behind: {
    title: 'A gateway is behind',
    description: 'A connected gateway has not applied the latest changes for five minutes',
    isSecurity: false,
    channel: 'both',
    scopes: ['fleet.read'],
  },
  gateway_gone: {
    title: 'A gateway is gone',
    description: 'A gateway has not been connected for five minutes',
    isSecurity: false,
    channel: 'both',
    scopes: ['fleet.read'],
  },
  gateway_joined: {
    title: 'A gateway joined',
    description: 'A gateway joined the fleet',
    isSecurity: false,
    channel: 'bell',
    scopes: ['fleet.read'],
  },
  invitation_accepted: {
    title: 'Invitation accepted',
    description: 'Somebody accepted an invitation into the organization',
    isSecurity: false,
    channel: 'bell',
    scopes: ['members.read', 'members.invite'],
  },
} as const satisfies Record<string, NotificationKindFacts>;

export type NotificationKind = keyof typeof NOTIFICATION_KINDS;
export const NOTIFICATION_KIND_NAMES = Object.keys(NOTIFICATION_KINDS) as [
  NotificationKind,
  ...NotificationKind[],
];

/** The facts of a kind, with what only some kinds have. */
export function notificationKind(kind: NotificationKind): NotificationKindFacts {
  return NOTIFICATION_KINDS[kind];
}
