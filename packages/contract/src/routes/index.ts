import * as access from './access.ts';
import * as accessReview from './access-review.ts';
import * as apiKeys from './api-keys.ts';
import * as apiScopes from './api-scopes.ts';
import * as auditEvents from './audit-events.ts';
import { exportAuditEvents } from './audit-export.ts';
import * as auditLog from './audit-log.ts';
import { updateAuditLog } from './audit-retention.ts';
import * as billing from './billing.ts';
import * as bulkKeys from './bulk-keys.ts';
import * as cascade from './cascade.ts';
import * as chatDestinations from './chat-destinations.ts';
import * as complianceReports from './compliance-reports.ts';
import * as gateways from './gateways.ts';
import * as invitations from './invitations.ts';
import * as invoices from './invoices.ts';
import * as joinKeys from './join-keys.ts';
import * as keyStatus from './key-status.ts';
import * as leaks from './leaks.ts';
import * as logStreams from './log-streams.ts';
import * as members from './members.ts';
import * as notifications from './notifications.ts';
import * as organization from './organization.ts';
import * as passwordResets from './password-resets.ts';
import * as policies from './policies.ts';
import { getPolicyUsage, replayPolicies } from './policy-usage.ts';
import { getKeyReceipt } from './receipts.ts';
import * as reviewCampaigns from './review-campaigns.ts';
import * as roles from './roles.ts';
import * as security from './security.ts';
import { simulatePolicies } from './simulate-policies.ts';
import * as stripeEvents from './stripe-events.ts';
import * as keyUsage from './usage.ts';
import * as webhookEndpoints from './webhook-endpoints.ts';
import * as workspaces from './workspaces.ts';

/** Every operation of the API by its name; the SDK's methods carry the same names. */
export const routes = {
  whoami: access.whoami,
  confirmSession: access.confirmSession,
  listScopes: access.listScopes,
  getSetup: access.getSetup,
  setup: access.setup,
  getPasswordReset: passwordResets.getPasswordReset,
  requestPasswordReset: passwordResets.requestPasswordReset,
  findPasswordReset: passwordResets.findPasswordReset,
  completePasswordReset: passwordResets.completePasswordReset,
  listKeys: apiKeys.listKeys,
  createKey: apiKeys.createKey,
  getKey: apiKeys.getKey,
  getCreated: cascade.getCreated,
  getKeysCreated: bulkKeys.getKeysCreated,
  listCascades: cascade.listCascades,
  updateKey: apiKeys.updateKey,
  deleteKey: apiKeys.deleteKey,
  disableKey: keyStatus.disableKey,
  enableKey: keyStatus.enableKey,
  disableKeys: bulkKeys.disableKeys,
  enableKeys: bulkKeys.enableKeys,
  revokeKeys: bulkKeys.revokeKeys,
  revokeKey: keyStatus.revokeKey,
  rotateKey: apiKeys.rotateKey,
  getKeyStats: keyUsage.getKeyStats,
  getKeyUsage: keyUsage.getKeyUsage,
  getUsage: keyUsage.getUsage,
  listAccessReviews: accessReview.listAccessReviews,
  getAccessReview: accessReview.getAccessReview,
  replayScopes: accessReview.replayScopes,
  verifyKey: apiKeys.verifyKey,
  getOrganization: organization.getOrganization,
  updateOrganization: organization.updateOrganization,
  transferOrganization: organization.transferOrganization,
  deleteOrganization: organization.deleteOrganization,
  getBilling: billing.getBilling,
  getPlans: billing.getPlans,
  previewPlanChange: billing.previewPlanChange,
  changePlan: billing.changePlan,
  withdrawPlanRequest: billing.withdrawPlanRequest,
  getInvoices: invoices.getInvoices,
  openBillingPortal: invoices.openBillingPortal,
  receiveStripeEvent: stripeEvents.receiveStripeEvent,
  listMembers: members.listMembers,
  updateMember: members.updateMember,
  suspendMember: members.suspendMember,
  reinstateMember: members.reinstateMember,
  removeMember: members.removeMember,
  listInvitations: invitations.listInvitations,
  createInvitation: invitations.createInvitation,
  resendInvitation: invitations.resendInvitation,
  withdrawInvitation: invitations.withdrawInvitation,
  findInvitation: invitations.findInvitation,
  acceptInvitation: invitations.acceptInvitation,
  listRoles: roles.listRoles,
  createRole: roles.createRole,
  updateRole: roles.updateRole,
  deleteRole: roles.deleteRole,
  getSecurity: security.getSecurity,
  updateSecurity: security.updateSecurity,
  previewSecurity: security.previewSecurity,
  listApiScopes: apiScopes.listApiScopes,
  createApiScope: apiScopes.createApiScope,
  updateApiScope: apiScopes.updateApiScope,
  deleteApiScope: apiScopes.deleteApiScope,
  listWorkspaces: workspaces.listWorkspaces,
  createWorkspace: workspaces.createWorkspace,
  updateWorkspace: workspaces.updateWorkspace,
  deleteWorkspace: workspaces.deleteWorkspace,
  listGateways: gateways.listGateways,
  getGateway: gateways.getGateway,
  updateGateway: gateways.updateGateway,
  deleteGateway: gateways.deleteGateway,
  joinGateway: gateways.joinGateway,
  getKeyPropagation: gateways.getKeyPropagation,
  getKeyReceipt,
  getKeysPropagation: gateways.getKeysPropagation,
  listPolicies: policies.listPolicies,
  createPolicy: policies.createPolicy,
  getPolicy: policies.getPolicy,
  updatePolicy: policies.updatePolicy,
  disablePolicy: policies.disablePolicy,
  enablePolicy: policies.enablePolicy,
  deletePolicy: policies.deletePolicy,
  listPolicyVersions: policies.listPolicyVersions,
  restorePolicy: policies.restorePolicy,
  validatePolicy: policies.validatePolicy,
  simulatePolicies,
  getPolicyUsage,
  replayPolicies,
  getPolicySchema: policies.getPolicySchema,
  getPolicyPropagation: policies.getPolicyPropagation,
  listAuditEvents: auditEvents.listAuditEvents,
  getAuditEvent: auditEvents.getAuditEvent,
  exportAuditEvents,
  updateAuditLog,
  getAuditProof: auditLog.getAuditProof,
  getAuditLog: auditLog.getAuditLog,
  getAuditCheckpoint: auditLog.getAuditCheckpoint,
  getAuditTile: auditLog.getAuditTile,
  listJoinKeys: joinKeys.listJoinKeys,
  createJoinKey: joinKeys.createJoinKey,
  deleteJoinKey: joinKeys.deleteJoinKey,
  listNotifications: notifications.listNotifications,
  markNotificationsRead: notifications.markNotificationsRead,
  getNotificationPreferences: notifications.getNotificationPreferences,
  updateNotificationPreferences: notifications.updateNotificationPreferences,
  getNotificationDefaults: notifications.getNotificationDefaults,
  updateNotificationDefaults: notifications.updateNotificationDefaults,
  listWebhookEndpoints: webhookEndpoints.listWebhookEndpoints,
  createWebhookEndpoint: webhookEndpoints.createWebhookEndpoint,
  getWebhookEndpoint: webhookEndpoints.getWebhookEndpoint,
  updateWebhookEndpoint: webhookEndpoints.updateWebhookEndpoint,
  disableWebhookEndpoint: webhookEndpoints.disableWebhookEndpoint,
  enableWebhookEndpoint: webhookEndpoints.enableWebhookEndpoint,
  rotateWebhookSecret: webhookEndpoints.rotateWebhookSecret,
  testWebhookEndpoint: webhookEndpoints.testWebhookEndpoint,
  resendWebhooks: webhookEndpoints.resendWebhooks,
  deleteWebhookEndpoint: webhookEndpoints.deleteWebhookEndpoint,
  listWebhookDeliveries: webhookEndpoints.listWebhookDeliveries,
  listWebhookAttempts: webhookEndpoints.listWebhookAttempts,
  listComplianceReports: complianceReports.listComplianceReports,
  createComplianceReport: complianceReports.createComplianceReport,
  getComplianceReport: complianceReports.getComplianceReport,
  listComplianceReportRows: complianceReports.listComplianceReportRows,
  exportComplianceReport: complianceReports.exportComplianceReport,
  deleteComplianceReport: complianceReports.deleteComplianceReport,
  listReviewCampaigns: reviewCampaigns.listReviewCampaigns,
  startReviewCampaign: reviewCampaigns.startReviewCampaign,
  getReviewCampaign: reviewCampaigns.getReviewCampaign,
  updateReviewCampaign: reviewCampaigns.updateReviewCampaign,
  endReviewCampaign: reviewCampaigns.endReviewCampaign,
  cancelReviewCampaign: reviewCampaigns.cancelReviewCampaign,
  deleteReviewCampaign: reviewCampaigns.deleteReviewCampaign,
  listKeyReviews: reviewCampaigns.listKeyReviews,
  listOwnKeyReviews: reviewCampaigns.listOwnKeyReviews,
  confirmKeyReviews: reviewCampaigns.confirmKeyReviews,
  listLogStreams: logStreams.listLogStreams,
  createLogStream: logStreams.createLogStream,
  getLogStream: logStreams.getLogStream,
  updateLogStream: logStreams.updateLogStream,
  deleteLogStream: logStreams.deleteLogStream,
  pauseLogStream: logStreams.pauseLogStream,
  resumeLogStream: logStreams.resumeLogStream,
  testLogStream: logStreams.testLogStream,
  listLogStreamAttempts: logStreams.listLogStreamAttempts,
  listChatDestinations: chatDestinations.listChatDestinations,
  createChatDestination: chatDestinations.createChatDestination,
  getChatDestination: chatDestinations.getChatDestination,
  updateChatDestination: chatDestinations.updateChatDestination,
  deleteChatDestination: chatDestinations.deleteChatDestination,
  disableChatDestination: chatDestinations.disableChatDestination,
  enableChatDestination: chatDestinations.enableChatDestination,
  testChatDestination: chatDestinations.testChatDestination,
  listLeaks: leaks.listLeaks,
  getLeak: leaks.getLeak,
  reportLeak: leaks.reportLeak,
  resolveLeak: leaks.resolveLeak,
  dismissLeak: leaks.dismissLeak,
  getLeakSettings: leaks.getLeakSettings,
  updateLeakSettings: leaks.updateLeakSettings,
  receiveGithubReport: leaks.receiveGithubReport,
} as const;

export type Routes = typeof routes;
export type RouteName = keyof Routes;
