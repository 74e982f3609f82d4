import {
  type ApiKeyWithSecret,
  type Role,
  type RouteName,
  routes,
  SCOPES,
} from '@tollkeeper/contract';
import { setPlan } from '../features/billing/index.ts';
import { deriveNotifications } from '../features/notifications/index.ts';
import { CHAT_DESTINATION } from '../testing/chat-destination-body.ts';
import type { Answer, Client } from '../testing/client.ts';
import { joinFleet } from '../testing/fleet.ts';
import { LOG_STREAM } from '../testing/log-stream-body.ts';
import { addMember, addWorkspace, claimedOrganization, type Person } from '../testing/people.ts';
import { claimServer, OWNER, type TestApp, withKey } from '../testing/test-app.ts';
import { thingOf } from '../testing/thing-of.ts';

/** An organization with one of everything that an operation can name. */
export interface Victim {
  readonly organizationId: string;
  readonly owner: Client;
  readonly bystander: Person;
  /** Holds every scope, but in a workspace where nothing of the rest is. */
  readonly confined: Client;
  readonly targets: Readonly<Record<string, string>>;
}

export async function createVictim(app: TestApp): Promise<Victim> {
  const owner = await claimServer(app);
  await setPlan(app.services, 'enterprise', undefined, 'req_test');
  const { organizationId, workspaceId } = await claimedOrganization(app);
  const elsewhere = await addWorkspace(app, organizationId, 'elsewhere');
  const bystander = await addMember(app, organizationId, 'developer');
  const key = await createKey(owner, 'target', workspaceId);
  const bulkKey = await createKey(owner, 'bulk target', workspaceId);
  const confined = await createKey(owner, 'confined', elsewhere);
  const role = await owner.post<Role>('/v1/roles', { name: 'Target', scopes: ['members.read'] });
  const invitation = await owner.post<{ id: string }>('/v1/invitations', {
    email: 'guest@example.com',
    roleId: 'role_viewer',
  });
  const apiScope = 'target.read';
  await owner.post('/v1/api-scopes', { name: apiScope });
  const policy = await owner.post<{ id: string }>('/v1/policies', POLICY(workspaceId));
  const text = 'permit (principal, action == Action::"GET", resource);';
  await owner.patch(`/v1/policies/${policy.body.id}`, { text });
  await owner.post('/v1/billing/plan', { plan: 'developer' });
  const { joinKey, gateway } = await joinFleet(app, owner, workspaceId);
  const endpoint = await owner.post<{ id: string }>('/v1/webhook-endpoints', WEBHOOK);
  const report = await owner.post<{ id: string }>('/v1/compliance/reports', REPORT);
  const campaign = await owner.post<{ id: string }>('/v1/compliance/campaigns', CAMPAIGN());
  const stream = await owner.post<{ id: string }>('/v1/log-streams', LOG_STREAM);
  const chat = await owner.post<{ id: string }>(
    '/v1/integrations/chat-destinations',
    CHAT_DESTINATION,
  );
  // Nothing but the report: the other operations need the key.
  await owner.patch('/v1/integrations/leak-response', { live: 'warn', test: 'warn' });
  const leak = await owner.post<{ leak: { id: string } }>('/v1/leaks', { keyId: bulkKey.id });
  const events = await owner.get<{ data: { id: string }[] }>('/v1/audit-events?limit=1');
  await deriveNotifications(app.services);
  const notifications = await owner.get<{ data: { id: string }[] }>('/v1/notifications');
  const targets = {
    'api-keys': key.id,
    'bulk-keys': bulkKey.id,
    'api-scopes': apiScope,
    'join-keys': joinKey.id,
    gateways: gateway.gatewayId,
    members: bystander.memberId,
    workspaces: workspaceId,
    roles: role.body.id,
    invitations: invitation.body.id,
    policies: policy.body.id,
    'webhook-endpoints': endpoint.body.id,
    reports: report.body.id,
    notifications: notifications.body.data[0]?.id ?? '',
    campaigns: campaign.body.id,
    'log-streams': stream.body.id,
    'chat-destinations': chat.body.id,
    leaks: leak.body.leak.id,
    'audit-events': events.body.data[0]?.id ?? '',
  };
  return {
    organizationId,
    owner,
    bystander,
    targets,
    confined: withKey(app, confined.secret ?? ''),
  };
}

async function createKey(owner: Client, name: string, workspaceId: string) {
  const body = { name, profile: 'custom', scopes: SCOPES, workspaceId };
  const answer = await owner.post<ApiKeyWithSecret>('/v1/api-keys', body);
  if (answer.status !== 201) throw new Error(answer.problem.detail);
  return answer.body;
}

const POLICY = (workspaceId: string | undefined) => ({
  name: 'Target',
  workspaceId,
  text: 'permit (principal, action, resource);',
});

const WEBHOOK = { name: 'Target', url: 'https://hooks.example/', eventTypes: ['*'] };

const REPORT = { kind: 'keys_without_expiry' };

const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();
const CAMPAIGN = () => ({ name: 'Target', endsAt: inDays(10) });

/** A body that each operation accepts, so that nothing but authority can refuse it. */
const BODIES: Partial<Record<RouteName, (victim: Victim) => unknown>> = {
  confirmSession: () => ({ password: OWNER.password }),
  createKey: () => ({ name: 'intruder', profile: 'read-only' }),
  updateKey: () => ({ name: 'renamed' }),
  revokeKey: () => ({}),
  disableKeys: ({ targets }) => ({ ids: [targets['bulk-keys']] }),
  enableKeys: ({ targets }) => ({ ids: [targets['bulk-keys']] }),
  revokeKeys: ({ targets }) => ({ ids: [targets['bulk-keys']] }),
  rotateKey: () => ({}),
  getKeysCreated: ({ targets }) => ({ ids: [targets['api-keys']] }),
  getKeysPropagation: ({ targets }) => ({ ids: [targets['api-keys']] }),
  verifyKey: () => ({ key: 'tk_live_none' }),
  updateOrganization: () => ({ name: 'Renamed' }),
  transferOrganization: ({ bystander: { memberId } }) => ({ memberId, password: OWNER.password }),
  deleteOrganization: () => ({ name: 'Acme', password: OWNER.password }),
  changePlan: () => ({ plan: 'pro' }),
  updateMember: () => ({ roleId: 'role_viewer' }),
  createInvitation: () => ({ email: 'intruder@example.com', roleId: 'role_viewer' }),
  createApiScope: () => ({ name: 'intruder.read' }),
  updateApiScope: () => ({ description: 'changed' }),
  createRole: () => ({ name: 'Intruder', scopes: ['members.read'] }),
  updateRole: () => ({ name: 'Renamed' }),
  updateSecurity: () => ({ sessionHoursMax: 1 }),
  updateAuditLog: () => ({ retentionDays: 30 }),
  reportLeak: ({ targets }) => ({ keyId: targets['bulk-keys'], source: 'chat' }),
  resolveLeak: () => ({}),
  dismissLeak: () => ({}),
  updateLeakSettings: () => ({ live: 'revoke', test: 'disable' }),
  previewSecurity: () => ({ sessionHoursMax: 1 }),
  createWorkspace: () => ({ name: 'intruder', environment: 'live' }),
  updateWorkspace: () => ({ name: 'renamed' }),
  deleteWorkspace: () => ({ name: 'default' }),
  createJoinKey: ({ targets }) => ({ workspaceId: targets.workspaces }),
  createPolicy: ({ targets }) => ({ ...POLICY(targets.workspaces), name: 'Intruder' }),
  updatePolicy: () => ({ text: 'forbid (principal, action, resource);' }),
  restorePolicy: () => ({ version: 1 }),
  validatePolicy: ({ targets }) => ({
    text: POLICY('').text,
    workspaceId: targets.workspaces,
  }),
  simulatePolicies: ({ targets }) => ({
    keyId: targets['api-keys'],
    request: { method: 'GET', path: '/' },
    workspaceId: targets.workspaces,
  }),
  replayPolicies: ({ targets }) => ({
    policy: { text: POLICY('').text },
    workspaceId: targets.workspaces,
  }),
  markNotificationsRead: ({ targets }) => ({ ids: [targets.notifications] }),
  updateNotificationPreferences: () => ({ channels: { gateway_joined: 'none' } }),
  updateNotificationDefaults: () => ({ channels: { gateway_joined: 'mail' } }),
  replayScopes: () => ({ scopes: ['api_keys.read'] }),
  createWebhookEndpoint: () => ({ ...WEBHOOK, name: 'Intruder' }),
  updateWebhookEndpoint: () => ({ name: 'Renamed' }),
  resendWebhooks: () => ({ failedSince: '2020-01-01T00:00:00Z' }),
  createComplianceReport: () => REPORT,
  startReviewCampaign: CAMPAIGN,
  updateReviewCampaign: () => ({ name: 'Renamed' }),
  confirmKeyReviews: ({ targets }) => ({ keyIds: [targets['api-keys']] }),
  createLogStream: () => ({ ...LOG_STREAM, name: 'Intruder' }),
  updateLogStream: () => ({ name: 'Renamed' }),
  createChatDestination: () => ({ ...CHAT_DESTINATION, name: 'Intruder' }),
  updateChatDestination: () => ({ name: 'Renamed' }),
  updateGateway: () => ({ name: 'renamed', labels: {}, draining: true }),
};

/** Calls the operation on the victim's things, as the client. */
export function attack(
  client: Client,
  name: RouteName,
  victim: Victim,
  body = BODIES[name]?.(victim),
): Promise<Answer> {
  const { method, path } = routes[name];
  const address = path.replace(/\{\w+\}/, victim.targets[thingOf(path)] ?? 'none');
  return body === undefined
    ? client.raw(method, address, undefined)
    : client.raw(method, address, JSON.stringify(body), { 'content-type': 'application/json' });
}
