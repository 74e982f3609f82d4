import { expect, it } from 'vitest';
import { SCOPE_CATALOG } from '../scopes.ts';
import { type RouteName, routes } from './index.ts';

/**
 * Written out once more, on purpose: the tests of authority go through the routes and read from each
 * what it needs, so none of them would notice a route that came to need less.
 */
const CALLABLE_WITH: Readonly<Record<string, readonly RouteName[]>> = {
  'api_keys.create': ['createKey', 'updateKey', 'rotateKey'],
  'api_keys.read': [
    'listKeys',
    'listCascades',
    'getKey',
    'getCreated',
    'getKeysCreated',
    'getKeyStats',
    'getKeyPropagation',
    'getKeyReceipt',
    'getKeysPropagation',
    'listOwnKeyReviews',
  ],
  'api_keys.revoke': [
    'deleteKey',
    'disableKey',
    'enableKey',
    'disableKeys',
    'enableKeys',
    'revokeKeys',
    'revokeKey',
    'confirmKeyReviews',
  ],
  'api_keys.verify': ['verifyKey'],
  'audit.read': [
    'listAuditEvents',
    'getAuditEvent',
    'getAuditProof',
    'getAuditLog',
    'getAuditCheckpoint',
    'getAuditTile',
  ],
  'audit.export': ['exportAuditEvents'],
  'audit.webhook_manage': [
    'listWebhookEndpoints',
    'createWebhookEndpoint',
    'getWebhookEndpoint',
    'updateWebhookEndpoint',
    'disableWebhookEndpoint',
    'enableWebhookEndpoint',
    'rotateWebhookSecret',
    'testWebhookEndpoint',
    'resendWebhooks',
    'deleteWebhookEndpoint',
    'listWebhookDeliveries',
    'listWebhookAttempts',
    'listLogStreams',
    'createLogStream',
    'getLogStream',
    'updateLogStream',
    'deleteLogStream',
    'pauseLogStream',
    'resumeLogStream',
    'testLogStream',
    'listLogStreamAttempts',
  ],
  'billing.manage': ['changePlan', 'withdrawPlanRequest', 'openBillingPortal'],
  'billing.read': ['getBilling', 'getPlans', 'previewPlanChange', 'getInvoices'],
  'api_keys.manage_all': [
    'startReviewCampaign',
    'updateReviewCampaign',
    'endReviewCampaign',
    'cancelReviewCampaign',
    'deleteReviewCampaign',
  ],
  'compliance.export': [
    'createComplianceReport',
    'exportComplianceReport',
    'deleteComplianceReport',
  ],
  'compliance.read': [
    'listAccessReviews',
    'getAccessReview',
    'replayScopes',
    'listComplianceReports',
    'getComplianceReport',
    'listComplianceReportRows',
    'listReviewCampaigns',
    'getReviewCampaign',
    'listKeyReviews',
  ],
  credential: [
    'whoami',
    'confirmSession',
    'listScopes',
    'reportLeak',
    'listNotifications',
    'markNotificationsRead',
    'getNotificationPreferences',
    'updateNotificationPreferences',
  ],
  'fleet.manage': ['updateGateway', 'deleteGateway', 'createJoinKey', 'deleteJoinKey'],
  'fleet.read': ['listGateways', 'getGateway', 'listJoinKeys'],
  'integrations.manage': [
    'resolveLeak',
    'dismissLeak',
    'updateLeakSettings',
    'createChatDestination',
    'updateChatDestination',
    'deleteChatDestination',
    'enableChatDestination',
    'disableChatDestination',
    'testChatDestination',
  ],
  'integrations.read': [
    'listLeaks',
    'getLeak',
    'getLeakSettings',
    'listChatDestinations',
    'getChatDestination',
  ],
  'members.invite': ['createInvitation', 'resendInvitation', 'withdrawInvitation'],
  'members.read': ['listMembers', 'listInvitations'],
  'members.remove': ['removeMember'],
  'members.role_change': ['updateMember'],
  'members.suspend': ['suspendMember', 'reinstateMember'],
  'notifications.manage': ['updateNotificationDefaults'],
  'notifications.read': ['getNotificationDefaults'],
  'organization.delete': ['deleteOrganization'],
  'organization.read': ['getOrganization'],
  'organization.settings': ['updateOrganization', 'updateAuditLog'],
  'organization.transfer': ['transferOrganization'],
  'policies.create': ['createApiScope', 'createPolicy'],
  'policies.delete': ['deleteApiScope', 'deletePolicy'],
  'policies.edit': [
    'updateApiScope',
    'updatePolicy',
    'enablePolicy',
    'disablePolicy',
    'restorePolicy',
  ],
  'policies.read': [
    'listApiScopes',
    'listPolicies',
    'getPolicy',
    'listPolicyVersions',
    'validatePolicy',
    'simulatePolicies',
    'replayPolicies',
    'getPolicySchema',
    'getPolicyPropagation',
  ],
  public: [
    'getSetup',
    'setup',
    'getPasswordReset',
    'requestPasswordReset',
    'findPasswordReset',
    'completePasswordReset',
    'findInvitation',
    'acceptInvitation',
    'joinGateway',
    'receiveStripeEvent',
    'receiveGithubReport',
  ],
  'roles.create': ['createRole'],
  'roles.delete': ['deleteRole'],
  'roles.edit': ['updateRole'],
  'roles.read': ['listRoles'],
  'security.manage': ['updateSecurity', 'previewSecurity'],
  'security.read': ['getSecurity'],
  'usage.read': ['getKeyUsage', 'getUsage', 'getPolicyUsage'],
  'workspaces.manage': ['createWorkspace', 'updateWorkspace', 'deleteWorkspace'],
  'workspaces.read': ['listWorkspaces'],
};

it.each(Object.entries(CALLABLE_WITH))('"%s" opens these routes and no other', (access, names) => {
  const open = Object.entries(routes).filter(([, route]) => route.access === access);
  expect(open.map(([name]) => name).toSorted()).toEqual(names.toSorted());
});

it('leaves out no route', () => {
  expect(Object.values(CALLABLE_WITH).flat().toSorted()).toEqual(Object.keys(routes).toSorted());
});

it('opens only these routes to a session that lacks a required second factor', () => {
  const open = Object.entries(routes).filter(([, route]) => 'withoutSecondFactor' in route);
  expect(open.map(([name]) => name)).toEqual(['whoami', 'confirmSession']);
});

it('lets only this public route act for the user of a session', () => {
  const open = Object.entries(routes).filter(([, route]) => 'optionalSession' in route);
  expect(open.map(([name]) => name)).toEqual(['acceptInvitation']);
});

it('is described as allowing nothing where no route needs a scope', () => {
  const needed = new Set<string>(Object.values(routes).map(({ access }) => access));
  // Asked by gateways.
  needed.add('apis.call');
  for (const { name, description } of SCOPE_CATALOG) {
    const allowsNothing = description.startsWith('Allows nothing in this version.');
    expect({ name, allowsNothing }).toEqual({ name, allowsNothing: !needed.has(name) });
  }
});
