import type { RawBody, Route, RouteName, RouteOutput, Routes } from '@tollkeeper/contract';
import type { z } from 'zod';
import type { Ctx, Origin, Services } from '../context.ts';
import { listScopes, whoami } from '../features/access/index.ts';
import * as accessReview from '../features/access-review/index.ts';
import * as apiKeys from '../features/api-keys/index.ts';
import * as apiScopes from '../features/api-scopes/index.ts';
import {
  exportAuditEvents,
  getAuditEvent,
  listAuditEvents,
  updateAuditLog,
} from '../features/audit-events/index.ts';
import * as auditLog from '../features/audit-log/index.ts';
import * as billing from '../features/billing/index.ts';
import * as chatDestinations from '../features/chat-destinations/index.ts';
import * as compliance from '../features/compliance/index.ts';
import * as gateways from '../features/gateways/index.ts';
import {
  type Auth,
  confirmSession,
  type SessionRequest,
  type SessionUser,
  signIn,
} from '../features/identity/index.ts';
import * as invitations from '../features/invitations/index.ts';
import * as joinKeys from '../features/join-keys/index.ts';
import * as leaks from '../features/leaks/index.ts';
import {
  createLogStream,
  deleteLogStream,
  getLogStream,
  listLogStreamAttempts,
  listLogStreams,
  pauseLogStream,
  resumeLogStream,
  testLogStream,
  updateLogStream,
} from '../features/log-streams/index.ts';
import {
  listMembers,
  reinstateMember,
  removeMember,
  suspendMember,
  updateMember,
} from '../features/members/index.ts';
import {
  getNotificationDefaults,
  getNotificationPreferences,
  listNotifications,
  markNotificationsRead,
  updateNotificationDefaults,
  updateNotificationPreferences,
} from '../features/notifications/index.ts';
import * as organization from '../features/organization/index.ts';
import * as passwordResets from '../features/password-resets/index.ts';
import * as policies from '../features/policies/index.ts';
import {
  cancelReviewCampaign,
  confirmKeyReviews,
  deleteReviewCampaign,
  endReviewCampaign,
  getReviewCampaign,
  listKeyReviews,
  listOwnKeyReviews,
  listReviewCampaigns,
  startReviewCampaign,
  updateReviewCampaign,
} from '../features/review-campaigns/index.ts';
import { createRole, deleteRole, listRoles, updateRole } from '../features/roles/index.ts';
import * as security from '../features/security/index.ts';
import type { Setup } from '../features/setup/index.ts';
import { getKeyUsage, getUsage } from '../features/usage/index.ts';
import {
  createWebhookEndpoint,
  deleteWebhookEndpoint,
  disableWebhookEndpoint,
  enableWebhookEndpoint,
  getWebhookEndpoint,
  listWebhookAttempts,
  listWebhookDeliveries,
  listWebhookEndpoints,
  resendWebhooks,
  rotateWebhookSecret,
  testWebhookEndpoint,
  updateWebhookEndpoint,
} from '../features/webhooks/index.ts';
import * as workspaces from '../features/workspaces/index.ts';

/** What a route without a credential works with. */
export interface PublicCtx {
  readonly services: Services;
  readonly auth: Auth;
  readonly setup: Setup;
  readonly origin: Origin;
  /** The user of the session cookie, if any. @throws DomainError cross_origin */
  readonly findUser: () => Promise<SessionUser | undefined>;
  readonly setCookies: (cookies: string[]) => void;
  /** Makes the caller's device known to the account with this address, whose owner they proved to be. */
  readonly rememberDevice: (email: string) => void;
}

type Parsed<R, K extends string> = R extends { readonly [P in K]: infer S extends z.ZodType }
  ? z.input<S>
  : never;
type Input<R> = {
  readonly params: Parsed<R, 'params'>;
  readonly query: Parsed<R, 'query'>;
  readonly body: R extends { readonly rawBody: RawBody } ? Uint8Array : Parsed<R, 'body'>;
} & SignaturePart<R>;
type SignaturePart<R> = R extends { readonly rawBody: { readonly signatureHeader: string } }
  ? { readonly signature: string | undefined; readonly keyId?: string | undefined }
  : unknown;
type CtxOf<R extends Route> = R['access'] extends 'public' ? PublicCtx : Ctx;
type Handler<R extends Route> = (
  ctx: CtxOf<R>,
  input: Input<R>,
  request: SessionRequest,
) => RouteOutput<R> | Promise<RouteOutput<R>>;

/** The verb behind each route. The type leaves none out. */
export const handlers: { readonly [N in RouteName]: Handler<Routes[N]> } = {
  ...apiKeys,
  ...apiScopes,
  whoami,
  confirmSession,
  listScopes,
  getKeyUsage,
  getUsage,
  listAccessReviews: accessReview.listAccessReviews,
  getAccessReview: accessReview.getAccessReview,
  replayScopes: accessReview.replayScopes,
  ...organization,
  getBilling: billing.getBilling,
  getPlans: billing.getPlans,
  previewPlanChange: billing.previewPlanChange,
  changePlan: billing.changePlan,
  withdrawPlanRequest: billing.withdrawPlanRequest,
  getInvoices: billing.getInvoices,
  openBillingPortal: billing.openBillingPortal,
  receiveStripeEvent: billing.receiveStripeEvent,
  getSecurity: security.getSecurity,
  updateSecurity: security.updateSecurity,
  previewSecurity: security.previewSecurity,
  ...workspaces,
  ...gateways,
  ...joinKeys,
  listAuditEvents,
  getAuditEvent,
  exportAuditEvents,
  updateAuditLog,
  ...auditLog,
  listNotifications,
  markNotificationsRead,
  getNotificationPreferences,
  updateNotificationPreferences,
  getNotificationDefaults,
  updateNotificationDefaults,
  listWebhookEndpoints,
  createWebhookEndpoint,
  getWebhookEndpoint,
  updateWebhookEndpoint,
  deleteWebhookEndpoint,
  disableWebhookEndpoint,
  enableWebhookEndpoint,
  rotateWebhookSecret,
  testWebhookEndpoint,
  resendWebhooks,
  listWebhookDeliveries,
  listWebhookAttempts,
  ...compliance,
  listReviewCampaigns,
  startReviewCampaign,
  getReviewCampaign,
  updateReviewCampaign,
  endReviewCampaign,
  cancelReviewCampaign,
  deleteReviewCampaign,
  listKeyReviews,
  listOwnKeyReviews,
  confirmKeyReviews,
  listLogStreams,
  createLogStream,
  getLogStream,
  updateLogStream,
  deleteLogStream,
  pauseLogStream,
  resumeLogStream,
  testLogStream,
  listLogStreamAttempts,
  listChatDestinations: chatDestinations.listChatDestinations,
  createChatDestination: chatDestinations.createChatDestination,
  getChatDestination: chatDestinations.getChatDestination,
  updateChatDestination: chatDestinations.updateChatDestination,
  deleteChatDestination: chatDestinations.deleteChatDestination,
  enableChatDestination: chatDestinations.enableChatDestination,
  disableChatDestination: chatDestinations.disableChatDestination,
  testChatDestination: chatDestinations.testChatDestination,
  listLeaks: leaks.listLeaks,
  getLeak: leaks.getLeak,
  reportLeak: leaks.reportLeak,
  resolveLeak: leaks.resolveLeak,
  dismissLeak: leaks.dismissLeak,
  getLeakSettings: leaks.getLeakSettings,
  updateLeakSettings: leaks.updateLeakSettings,
  receiveGithubReport: leaks.receiveGithubReport,
  ...policies,
  listRoles,
  createRole,
  updateRole,
  deleteRole,
  ...invitations,
  ...passwordResets,
  listMembers,
  updateMember,
  suspendMember,
  reinstateMember,
  removeMember,
  completePasswordReset: async (ctx, input) => {
    const { email } = await passwordResets.completePasswordReset(ctx, input);
    ctx.rememberDevice(email);
  },
  getSetup: async ({ setup }) => ({ open: await setup.isOpen() }),
  setup: async ({ setup, services, auth, origin, setCookies }, { body }) => {
    const claimed = await setup.claim(services, origin, body);
    setCookies(await signIn(auth, body.email, body.password));
    return claimed;
  },
};
