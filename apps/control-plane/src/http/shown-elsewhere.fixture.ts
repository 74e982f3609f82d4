import type { Scope } from '@tollkeeper/contract';
import { CHAT_DESTINATION } from '../testing/chat-destination-body.ts';
import type { Client } from '../testing/client.ts';
import { LOG_STREAM } from '../testing/log-stream-body.ts';

/** What each text is, and the scope that shows it; the second of two is needed for other members. */
export const CANARIES: readonly (readonly [text: string, scopes: readonly Scope[]])[] = [
  ['canary-key', ['api_keys.read', 'api_keys.manage_all']],
  ['canary-member', ['members.read']],
  ['canary-address', ['members.read']],
  ['canary-guest', ['members.read']],
  ['canary-role', ['roles.read']],
  ['canary-gateway', ['fleet.read']],
  ['canary-join-key', ['fleet.read']],
  ['canary-workspace', ['workspaces.read']],
  ['canary-policy', ['policies.read']],
];

/** A reader of the audit log reads of everything what it was called when it was changed. */
const ALL = CANARIES.map(([text]) => text);

/**
 * What is shown all the same, and why: a thing names the member who answers for it, and a person the
 * role that they have, since neither means much without. What members.read and roles.read guard is
 * everything else: who there is, their addresses, their status, and what a role holds.
 */
export const SHOWN: Readonly<Record<string, readonly string[]>> = {
  listMembers: ['canary-role'],
  listInvitations: ['canary-role'],
  createInvitation: ['canary-role'],
  resendInvitation: ['canary-role'],
  listJoinKeys: ['canary-member'],
  listPolicies: ['canary-member'],
  getPolicy: ['canary-member'],
  listPolicyVersions: ['canary-member'],
  listWebhookEndpoints: ['canary-member'],
  getWebhookEndpoint: ['canary-member'],
  listLogStreams: ['canary-member'],
  getLogStream: ['canary-member'],
  listChatDestinations: ['canary-member'],
  getChatDestination: ['canary-member'],
  listAuditEvents: ALL,
  getAuditEvent: ALL,
  exportAuditEvents: ALL,
  // The question holds the key itself.
  verifyKey: ['canary-key'],
};

/**
 * Routes that a caller with their scope alone cannot ask, or learns nothing by.
 * `getKeyReceipt` needs a key that was ended: its own test shows that it names no gateway.
 * What was sent to a webhook endpoint needs `audit.read` too;
 * a report, an access review and a review campaign, the scopes that show the same. A key has no notifications.
 */
export const APART =
  /^(?:getKeyReceipt|getLeak|listNotifications|getNotificationPreferences|listLogStreamAttempts|listWebhook(?:Deliveries|Attempts)|(?:get|list|export)ComplianceReport(?:Rows)?|(?:get|list)ReviewCampaigns?|listKeyReviews|(?:get|list)AccessReviews?|replayScopes)$/;

/** A body that makes a report. */
const REPORT = { kind: 'keys_without_expiry' };

/** A body that starts a review campaign. */
const CAMPAIGN = {
  ...{ name: 'Review', endsAt: new Date(Date.now() + 86_400_000).toISOString() },
};

const OF_CAMPAIGN = { id: 'campaign', status: 403 };
/** The changes about compliance: all but one need further scopes. */
const COMPLIANCE = {
  // Of keys that the caller does not see.
  resolveLeak: { id: 'leak', body: () => ({}), status: 404 },
  dismissLeak: { id: 'leak', body: () => ({}), status: 404 },
  updateLeakSettings: { body: () => ({ live: 'warn', test: 'warn' }) },
  createComplianceReport: { body: () => REPORT, status: 403 },
  deleteComplianceReport: { id: 'report', status: 403 },
  startReviewCampaign: { body: () => CAMPAIGN, status: 403 },
  updateReviewCampaign: { ...OF_CAMPAIGN, body: () => ({ name: 'renamed' }) },
  endReviewCampaign: OF_CAMPAIGN,
  cancelReviewCampaign: OF_CAMPAIGN,
  deleteReviewCampaign: OF_CAMPAIGN,
  confirmKeyReviews: { id: 'campaign', body: () => ({ keyIds: [`key_${'0'.repeat(20)}`] }) },
};

/** A report and a review campaign, by their ids. */
export async function makeCompliance(owner: Client) {
  const report = await owner.post<{ id: string }>('/v1/compliance/reports', REPORT);
  const campaign = await owner.post<{ id: string }>('/v1/compliance/campaigns', CAMPAIGN);
  return { leak: NO_LEAK, report: report.body.id, campaign: campaign.body.id };
}

/** The id of no report. */
export const NO_LEAK = 'leak_00000000000000000000';

export const WEBHOOK = { name: 'Hooks', url: 'https://hooks.example/', eventTypes: ['*'] };
const OF_ENDPOINT = { id: 'endpoint', shows: ['canary-member'] };
const OF_CHAT = { id: 'chat', shows: ['canary-member'] };
const OF_STREAM = { id: 'stream', shows: ['canary-member'] };

/** One of each thing that receives events or notifications. */
export async function makeReceivers(client: Client) {
  const idOf = async (path: string, body: object) =>
    (await client.post<{ id: string }>(path, body)).body.id;
  return {
    endpoint: await idOf('/v1/webhook-endpoints', WEBHOOK),
    stream: await idOf('/v1/log-streams', LOG_STREAM),
    chat: await idOf('/v1/integrations/chat-destinations', CHAT_DESTINATION),
  };
}

/** How each change of what receives events is asked for. */
const RECEIVERS = {
  createWebhookEndpoint: { body: () => WEBHOOK, status: 403 },
  updateWebhookEndpoint: { ...OF_ENDPOINT, body: () => ({ name: 'renamed' }) },
  rotateWebhookSecret: OF_ENDPOINT,
  testWebhookEndpoint: { id: 'endpoint', status: 204 },
  resendWebhooks: { id: 'endpoint', body: () => ({ failedSince: '2020-01-01T00:00:00Z' }) },
  disableWebhookEndpoint: OF_ENDPOINT,
  enableWebhookEndpoint: { id: 'endpoint', status: 403 },
  deleteWebhookEndpoint: { id: 'endpoint', status: 204 },
  createLogStream: { body: () => LOG_STREAM, status: 403 },
  updateLogStream: { ...OF_STREAM, body: () => ({ name: 'renamed' }) },
  testLogStream: { id: 'stream' },
  pauseLogStream: OF_STREAM,
  resumeLogStream: { id: 'stream', status: 403 },
  deleteLogStream: { id: 'stream', status: 204 },
  createChatDestination: { body: () => CHAT_DESTINATION, status: 403 },
  updateChatDestination: { ...OF_CHAT, body: () => ({ name: 'renamed' }) },
  testChatDestination: { id: 'chat' },
  disableChatDestination: OF_CHAT,
  enableChatDestination: { id: 'chat', status: 403 },
  deleteChatDestination: { id: 'chat', status: 204 },
};

export const CHANGES_BESIDE = { ...COMPLIANCE, ...RECEIVERS };
