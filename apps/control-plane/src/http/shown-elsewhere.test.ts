/**
 * No route shows what another route would refuse to the same caller. A caller who holds the scope of
 * one route, and nothing else, is answered by it; the answer names nothing that another route lists.
 */
import {
  type ApiKey,
  type JoinKey,
  type Route,
  type RouteName,
  routes,
  SCOPES,
  type Scope,
} from '@tollkeeper/contract';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '../testing/client.ts';
import { joinWith, makeJoinKey } from '../testing/fleet.ts';
import { makeKey, type TestKey } from '../testing/keys.ts';
import { addMember, addWorkspace, choosePlan, claimedOrganization } from '../testing/people.ts';
import { type Query, queryDatabase } from '../testing/query-database.ts';
import { claimServer, startTestApp, type TestApp, withKey } from '../testing/test-app.ts';
import { integrateAuditLogs } from '../transparency-log/index.ts';
import {
  APART,
  CANARIES,
  CHANGES_BESIDE,
  makeCompliance,
  makeReceivers,
  SHOWN,
} from './shown-elsewhere.fixture.ts';

const PERMIT = 'permit (principal, action, resource);';
let app: TestApp;
let owner: Client;
let query: Query;
let ids: Record<string, string>;
let lesser: { roleId: string; memberId: string; key: TestKey };

beforeAll(async () => {
  app = await startTestApp();
  owner = await claimServer(app);
  query = queryDatabase(app.database);
  await choosePlan(app, 'enterprise');
  const { organizationId } = await claimedOrganization(app);
  const workspaceId = await addWorkspace(app, organizationId, 'canary-workspace');
  const apiScope = 'invoices.read';
  await owner.post('/v1/api-scopes', { name: apiScope });
  const given = SCOPES.filter((scope) => !/^organization\.(delete|transfer)$/.test(scope));
  const role = await owner.post<{ id: string }>('/v1/roles', {
    ...{ name: 'canary-role', description: 'canary-role' },
    scopes: [...given, apiScope],
  });
  const member = await addMember(app, organizationId, 'admin');
  await owner.patch(`/v1/members/${member.memberId}`, { roleId: role.body.id });
  await query(
    `update "user" set name = 'canary-member', email = 'canary-address@example.com'
    where id = $1`,
    [member.userId],
  );
  const scopes = [
    ...['members.invite', 'fleet.manage', 'policies.create', 'organization.read'],
    ...['billing.read', 'billing.manage', 'audit.read', 'audit.webhook_manage'],
    ...['integrations.manage', 'fleet.read'],
  ];
  const creator = await makeKey(app, member.client, { name: 'canary-key', scopes });
  const joinKey = await makeJoinKey(creator.client, { name: 'canary-join-key', workspaceId });
  const joined = await joinWith(app, joinKey.secret, { name: 'canary-gateway' });
  const invited = await creator.client.post<{ id: string }>('/v1/invitations', {
    email: 'canary-guest@example.com',
    roleId: 'role_billing',
  });
  await query('update invitation set role_id = $1 where id = $2', [role.body.id, invited.body.id]);
  const policy = await creator.client.post<{ id: string }>('/v1/policies', {
    ...{ workspaceId, name: 'canary-policy', text: PERMIT },
  });
  const lessScopes = { name: 'lesser', description: '', scopes: ['api_keys.create'] };
  const reader = await owner.post<{ id: string }>('/v1/roles', lessScopes);
  const person = await addMember(app, organizationId, 'viewer');
  await owner.patch(`/v1/members/${person.memberId}`, { roleId: reader.body.id });
  const key = await makeKey(app, person.client, { name: 'own', scopes: ['api_keys.create'] });
  const other = await makeKey(app, person.client, { name: 'other', scopes: ['api_keys.create'] });
  const third = await makeKey(app, person.client, { name: 'third', scopes: ['api_keys.create'] });
  lesser = { roleId: reader.body.id, memberId: person.memberId, key };
  const events = await owner.get<{ data: { id: string }[] }>('/v1/audit-events?limit=1');
  await integrateAuditLogs(app.services);
  ids = {
    event: events.body.data[0]?.id ?? '',
    ...(await makeCompliance(owner)),
    ...{ key: creator.id, own: key.id, other: other.id, third: third.id },
    gateway: (joined.body as { gatewayId: string }).gatewayId,
    member: member.memberId,
    role: role.body.id,
    invitation: invited.body.id,
    workspace: workspaceId,
    joinKey: joinKey.id,
    policy: policy.body.id,
    ...(await makeReceivers(creator.client)),
    secret: creator.secret,
    apiScope,
  };
});

/** Holds the scopes and nothing else, in role and key. */
async function callerWith(...scopes: Scope[]): Promise<Client> {
  await query('update role set scopes = $1 where id = $2', [scopes, lesser.roleId]);
  await query('update api_key set scopes = $1 where id = $2', [scopes, lesser.key.id]);
  await app.services.keys.reload();
  return withKey(app, lesser.key.secret);
}

const CALL = { method: 'GET', path: '/' };
/** How each question with a body is asked. */
const BODIES: Readonly<Record<string, () => object>> = {
  verifyKey: () => ({ key: ids.secret }),
  getKeysCreated: () => ({ ids: [ids.other] }),
  getKeysPropagation: () => ({ ids: [ids.own] }),
  validatePolicy: () => ({ text: PERMIT, workspaceId: ids.workspace }),
  simulatePolicies: () => ({ keyId: lesser.key.id, workspaceId: ids.workspace, request: CALL }),
  replayPolicies: () => ({ workspaceId: ids.workspace, policy: { text: PERMIT } }),
  previewSecurity: () => ({
    ...{ keyLifetimeDaysMax: 1, twoFactorRequired: true, sessionHoursMax: 1 },
    allowedIps: ['127.0.0.0/8'],
  }),
};

/** What a question must name in its address. */
const QUERIES: Readonly<Record<string, string>> = { previewPlanChange: '?plan=pro' };

/** A key is refused what it created itself: it would fall in the cascade that it asks about. */
function idFor(name: string, { path }: Route): string | undefined {
  if (/gateways/.test(path)) return ids.gateway;
  if (/policies/.test(path)) return ids.policy;
  if (/audit-events/.test(path)) return ids.event;
  if (/webhook-endpoints/.test(path)) return ids.endpoint;
  if (/log-streams/.test(path)) return ids.stream;
  if (/chat-destinations/.test(path)) return ids.chat;
  return name === 'getCreated' ? ids.other : ids.own;
}

const reads = Object.entries<Route>(routes).filter(
  ([name, { access, method, changesNothing }]) =>
    !APART.test(name) && access !== 'public' && (method === 'GET' || changesNothing),
);

describe('a caller who holds the scope of one route alone', () => {
  it.each(reads)('is shown by %s nothing that another route lists', async (name, route) => {
    const scope: Scope =
      route.access === 'credential' ? 'notifications.read' : (route.access as Scope);
    const caller = await callerWith(scope);
    const id = idFor(name, route);
    const filled = route.path.replace('{id}', id ?? '').replace('{path}', '0/000.p/1');
    const path = `${filled}${QUERIES[name] ?? ''}`;
    const answer =
      route.method === 'GET' ? await caller.get(path) : await caller.post(path, BODIES[name]?.());
    expect(answer.status).toBe(200);
    const text = JSON.stringify(answer.body);
    for (const [canary, scopes] of CANARIES) {
      if (scopes.every((each) => each === scope) || SHOWN[name]?.includes(canary)) continue;
      expect(text.includes(`"${canary}`), `${name} shows ${canary}`).toBe(false);
    }
  });

  it('is shown the name of the member behind a key, and their address with members.read', async () => {
    const creators = async (...scopes: Scope[]) => {
      const caller = await callerWith('api_keys.read', 'api_keys.manage_all', ...scopes);
      const { body } = await caller.get<{ data: ApiKey[] }>('/v1/api-keys');
      const found = (id: string | undefined) => body.data.find((key) => key.id === id)?.createdBy;
      return { other: found(ids.key), own: found(ids.own) };
    };
    const without = await creators();
    expect(without.other).toMatchObject({ name: 'canary-member', email: null });
    expect(without.own?.email).toMatch(/@example\.com$/);
    const { other } = await creators('members.read');
    expect(other).toMatchObject({ email: 'canary-address@example.com' });
  });

  it('is shown the key that created a thing only as it could list that key', async () => {
    const creatorFor = async (...scopes: Scope[]) => {
      const caller = await callerWith('fleet.read', ...scopes);
      const { body } = await caller.get<{ data: JoinKey[] }>('/v1/join-keys');
      return body.data.map(({ createdByKey }) => createdByKey);
    };
    const nameless = [{ id: ids.key, name: null }];
    expect(await creatorFor('api_keys.manage_all')).toEqual(nameless);
    expect(await creatorFor('api_keys.read')).toEqual(nameless);
    expect(await creatorFor('api_keys.read', 'api_keys.manage_all')).toEqual([
      { id: ids.key, name: 'canary-key' },
    ]);
  });

  it('is shown the whole by a caller who holds everything', async () => {
    const preview = await owner.post('/v1/security/preview', BODIES.previewSecurity?.());
    expect(JSON.stringify(preview.body)).toContain('canary-key');
    expect(JSON.stringify(preview.body)).toContain('canary-member');
    const propagation = await owner.get(`/v1/api-keys/${ids.key}/propagation`);
    expect(JSON.stringify(propagation.body)).toContain('canary-gateway');
    const joinKeys = await owner.get('/v1/join-keys');
    expect(JSON.stringify(joinKeys.body)).toContain('canary-key');
    const invitations = await owner.get('/v1/invitations');
    expect(JSON.stringify(invitations.body)).toContain('canary-key');
  });
});

const NEW_POLICY = { name: 'made', text: PERMIT };
const OF_MEMBER = { id: 'member', status: 403, shows: ['canary-member'] };
/** The policy or the endpoint that is changed, with the member who created it. */
const OF_POLICY = ['canary-policy', 'canary-member'];

/**
 * How each change is asked for: of the thing with this id, answered so. `shows` is the thing itself,
 * which its editor may see (decision 0026), and what stands beside it by SHOWN's rule.
 */
const CHANGES: Readonly<
  Record<string, { id?: string; body?: () => object; status?: number; shows?: readonly string[] }>
> = {
  createKey: {
    body: () => ({ name: 'made', profile: 'custom', scopes: ['api_keys.create'] }),
    status: 201,
  },
  updateKey: { id: 'other', body: () => ({ name: 'renamed' }) },
  rotateKey: { id: 'other', body: () => ({}) },
  disableKey: { id: 'other' },
  enableKey: { id: 'other', status: 403 },
  disableKeys: { body: () => ({ ids: [ids.other, ids.key] }) },
  enableKeys: { body: () => ({ ids: [ids.other, ids.key] }) },
  revokeKeys: { body: () => ({ ids: [ids.other, ids.key] }) },
  revokeKey: { id: 'third', body: () => ({}) },
  deleteKey: { id: 'third', status: 204 },
  updateOrganization: { body: () => ({ defaultExpiryDays: 30 }) },
  updateSecurity: { body: () => ({ sessionHoursMax: 100 }) },
  updateAuditLog: { body: () => ({ retentionDays: 30 }) },
  changePlan: { body: () => ({ plan: 'pro' }) },
  withdrawPlanRequest: { status: 204 },
  openBillingPortal: { status: 409 },
  updateMember: { ...OF_MEMBER, body: () => ({ roleId: ids.role }) },
  suspendMember: OF_MEMBER,
  reinstateMember: OF_MEMBER,
  removeMember: OF_MEMBER,
  createInvitation: { body: () => ({ email: 'new@example.com', roleId: ids.role }), status: 403 },
  resendInvitation: { id: 'invitation', status: 403 },
  withdrawInvitation: { id: 'invitation', status: 204 },
  createRole: { body: () => ({ name: 'made', scopes: ['roles.create'] }), status: 201 },
  updateRole: { id: 'role', body: () => ({ name: 'renamed' }), status: 403 },
  deleteRole: { id: 'role', status: 403 },
  createApiScope: { body: () => ({ name: 'made.read' }), status: 201 },
  updateApiScope: { id: 'apiScope', body: () => ({ description: 'changed' }) },
  // Held by the key and the role of the canaries, and not by the caller.
  deleteApiScope: { id: 'apiScope', status: 403 },
  createWorkspace: { body: () => ({ name: 'made', environment: 'test' }), status: 201 },
  updateWorkspace: { id: 'workspace', body: () => ({ name: 'renamed' }) },
  deleteWorkspace: { id: 'workspace', body: () => ({}), status: 409 },
  updateGateway: { id: 'gateway', body: () => ({ name: 'renamed' }) },
  deleteGateway: { id: 'gateway', status: 204 },
  createPolicy: { body: () => ({ ...NEW_POLICY, workspaceId: ids.workspace }), status: 201 },
  updatePolicy: { id: 'policy', body: () => ({ text: `// New\n${PERMIT}` }), shows: OF_POLICY },
  disablePolicy: { id: 'policy', shows: OF_POLICY },
  enablePolicy: { id: 'policy', shows: OF_POLICY },
  restorePolicy: { id: 'policy', body: () => ({ version: 1 }), shows: OF_POLICY },
  deletePolicy: { id: 'policy', status: 204 },
  createJoinKey: { body: () => ({ name: 'made', workspaceId: ids.workspace }), status: 201 },
  deleteJoinKey: { id: 'joinKey', status: 204 },
  updateNotificationDefaults: { body: () => ({ digestHour: 9 }) },
  ...CHANGES_BESIDE,
  transferOrganization: { body: () => ({ memberId: ids.member }) },
  deleteOrganization: { body: () => ({ name: 'not its name' }), status: 422 },
};

describe('a caller who changes something with the scope for it alone', () => {
  it.each(Object.entries(CHANGES))(
    'is shown by %s no more than what it changed',
    async (name, change) => {
      const route: Route = routes[name as RouteName];
      const caller = await callerWith(route.access as Scope);
      const path = route.path.replace(/\{\w+\}/, change.id ? (ids[change.id] ?? '') : '');
      const body = change.body?.();
      const answer = await caller.raw(
        route.method,
        path,
        body && JSON.stringify(body),
        body && { 'content-type': 'application/json' },
      );
      expect(answer.status, JSON.stringify(answer.body)).toBe(change.status ?? 200);
      const text = JSON.stringify(answer.body);
      for (const [canary] of CANARIES) {
        if (change.shows?.includes(canary)) continue;
        expect(text.includes(canary), `${name} shows ${canary}: ${text}`).toBe(false);
      }
    },
  );

  it('is tried with every route that changes something', () => {
    const changing = Object.entries<Route>(routes)
      .filter(([, { access }]) => access !== 'public' && access !== 'credential')
      .filter(([, { method, changesNothing }]) => method !== 'GET' && !changesNothing);
    expect(Object.keys(CHANGES).toSorted()).toEqual(changing.map(([name]) => name).toSorted());
  });
});
