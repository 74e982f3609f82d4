/** What went along with a key, as the audit event `api_key.cascade` says it. */
export interface CreatedCounts {
  readonly keysCount: number;
  readonly joinKeysCount: number;
  readonly invitationsCount: number;
  readonly membersCount: number;
  readonly gatewaysCount: number;
  readonly webhookEndpointsCount: number;
  readonly logStreamsCount: number;
  readonly chatDestinationsCount: number;
  /** Review campaigns that ran, and were ended. */
  readonly reviewCampaignsCount: number;
  /** Those who joined through the key and stay: kept, or beyond what the caller may remove. */
  readonly membersLeftCount: number;
  /** Their ids, or the first of them. */
  readonly membersLeft: readonly string[];
  readonly gatewaysLeftCount: number;
  readonly webhookEndpointsLeftCount: number;
  readonly logStreamsLeftCount: number;
  readonly chatDestinationsLeftCount: number;
  readonly editedKeysCount: number;
  /** Ids of other keys that were enabled or changed, or the first of them. */
  readonly editedKeys: readonly string[];
  /** Members who were given a role, suspended or reinstated, and their ids, or the first of them. */
  readonly changedMembersCount: number;
  readonly changedMembers: readonly string[];
  /** Roles that were created or changed, and their ids, or the first of them. */
  readonly changedRolesCount: number;
  readonly changedRoles: readonly string[];
  /** Policies that were created or changed, and their ids, or the first of them. */
  readonly changedPoliciesCount: number;
  readonly changedPolicies: readonly string[];
  /** Webhook endpoints of others that were changed, and their ids, or the first of them. */
  readonly changedWebhookEndpointsCount: number;
  readonly changedWebhookEndpoints: readonly string[];
  /** Log streams of others that were changed, and their ids, or the first of them. */
  readonly changedLogStreamsCount: number;
  readonly changedLogStreams: readonly string[];
  /** Chat destinations of others that were changed, and their ids, or the first of them. */
  readonly changedChatDestinationsCount: number;
  readonly changedChatDestinations: readonly string[];
  /** Settings that were changed and things that were deleted, and the audit events that say so, or the latest of them. */
  readonly changedSettingsCount: number;
  readonly changedSettings: readonly string[];
}

export type MutableCounts = {
  -readonly [K in keyof CreatedCounts]: CreatedCounts[K] extends number ? number : string[];
};

/** What an audit event names of each kind at most. */
export const NAMED_MAX = 100;
export const NAMED_KINDS = [
  'membersLeft',
  'editedKeys',
  'changedMembers',
  'changedRoles',
  'changedPolicies',
  'changedWebhookEndpoints',
  'changedLogStreams',
  'changedChatDestinations',
  'changedSettings',
] as const;

/** What it counts of each kind that the caller may not end. */
export const LEFT_KINDS = [
  'gatewaysLeft',
  'webhookEndpointsLeft',
  'logStreamsLeft',
  'chatDestinationsLeft',
] as const;

/** Of a key with which nothing went along. */
export function noCounts(): MutableCounts {
  return {
    keysCount: 0,
    joinKeysCount: 0,
    invitationsCount: 0,
    membersCount: 0,
    gatewaysCount: 0,
    webhookEndpointsCount: 0,
    logStreamsCount: 0,
    chatDestinationsCount: 0,
    reviewCampaignsCount: 0,
    membersLeftCount: 0,
    membersLeft: [],
    gatewaysLeftCount: 0,
    webhookEndpointsLeftCount: 0,
    logStreamsLeftCount: 0,
    chatDestinationsLeftCount: 0,
    editedKeysCount: 0,
    editedKeys: [],
    changedMembersCount: 0,
    changedMembers: [],
    changedRolesCount: 0,
    changedRoles: [],
    changedPoliciesCount: 0,
    changedPolicies: [],
    changedWebhookEndpointsCount: 0,
    changedWebhookEndpoints: [],
    changedLogStreamsCount: 0,
    changedLogStreams: [],
    changedChatDestinationsCount: 0,
    changedChatDestinations: [],
    changedSettingsCount: 0,
    changedSettings: [],
  };
}

/** Whether the event has something to say of what a cascade left. */
export function namesAny(counts: CreatedCounts): boolean {
  const named = NAMED_KINDS.map((kind) => counts[`${kind}Count`]);
  const left = LEFT_KINDS.map((kind) => counts[`${kind}Count`]);
  return [...left, ...named].some((count) => count > 0);
}
