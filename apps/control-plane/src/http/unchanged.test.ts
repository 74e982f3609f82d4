/** An edit that leaves everything as it was: it is answered, and is no change. */

import { type Route, routes } from '@tollkeeper/contract';
import { beforeAll, expect, it } from 'vitest';
import { CHAT_DESTINATION } from '../testing/chat-destination-body.ts';
import type { Client } from '../testing/client.ts';
import { joinWith, makeJoinKey } from '../testing/fleet.ts';
import { makeKey } from '../testing/keys.ts';
import { LOG_STREAM } from '../testing/log-stream-body.ts';
import { addMember, choosePlan, claimedOrganization } from '../testing/people.ts';
import { readTables } from '../testing/tables.ts';
import { claimServer, startTestApp, type TestApp } from '../testing/test-app.ts';

let app: TestApp;
let owner: Client;
/** For each PATCH: where, and what is so already. */
let edits: Record<string, readonly [string, object]>;

beforeAll(async () => {
  app = await startTestApp();
  owner = await claimServer(app);
  await choosePlan(app, 'enterprise');
  const { organizationId, workspaceId } = await claimedOrganization(app);
  const expiresAt = '2099-01-01T00:00:00.000Z';
  const key = await makeKey(app, owner, { expiresAt, allowedIps: ['127.0.0.0/8'] });
  const member = await addMember(app, organizationId, 'viewer');
  const role = { name: 'Reader', description: 'reads', scopes: ['api_keys.read', 'usage.read'] };
  const created = await owner.post<{ id: string }>('/v1/roles', role);
  const apiScope = { name: 'invoices.read', description: 'See invoices' };
  await owner.post('/v1/api-scopes', apiScope);
  const facts = { name: 'All', text: 'permit (principal, action, resource);' };
  const policy = await owner.post<{ id: string }>('/v1/policies', { workspaceId, ...facts });
  const { secret } = await makeJoinKey(owner, { workspaceId });
  const gateway = (await joinWith(app, secret)).body as { gatewayId: string };
  const shown = await owner.get<{ name: string; labels: object }>(
    `/v1/gateways/${gateway.gatewayId}`,
  );
  const endpoint = { name: 'Hooks', url: 'https://hooks.example/', eventTypes: ['*'] };
  const hooks = await owner.post<{ id: string }>('/v1/webhook-endpoints', endpoint);
  const campaign = { name: 'Review', endsAt: new Date(Date.now() + 86_400_000).toISOString() };
  const started = await owner.post<{ id: string }>('/v1/compliance/campaigns', campaign);
  const stream = await owner.post<{ id: string }>('/v1/log-streams', LOG_STREAM);
  const chat = await owner.post<{ id: string }>(
    '/v1/integrations/chat-destinations',
    CHAT_DESTINATION,
  );
  const organization = (await owner.get<{ name: string; slug: string }>('/v1/organization')).body;
  const { name, slug } = organization;
  edits = {
    '/v1/organization': ['/v1/organization', { name, slug, defaultExpiryDays: null }],
    '/v1/security': ['/v1/security', (await owner.get<object>('/v1/security')).body],
    '/v1/api-keys/{id}': [
      `/v1/api-keys/${key.id}`,
      { name: key.name, scopes: key.scopes, expiresAt, allowedIps: ['127.0.0.0/8'] },
    ],
    '/v1/members/{id}': [`/v1/members/${member.memberId}`, { roleId: 'role_viewer' }],
    '/v1/roles/{id}': [`/v1/roles/${created.body.id}`, role],
    '/v1/api-scopes/{name}': [
      `/v1/api-scopes/${apiScope.name}`,
      { description: apiScope.description },
    ],
    '/v1/audit-log': ['/v1/audit-log', { retentionDays: 365 }],
    '/v1/workspaces/{id}': [`/v1/workspaces/${workspaceId}`, { name: 'default' }],
    '/v1/policies/{id}': [`/v1/policies/${policy.body.id}`, { ...facts, mode: 'enforce' }],
    '/v1/notifications/preferences': ['/v1/notifications/preferences', { isMailStopped: false }],
    '/v1/notifications/defaults': ['/v1/notifications/defaults', { digestHour: 7 }],
    '/v1/webhook-endpoints/{id}': [`/v1/webhook-endpoints/${hooks.body.id}`, endpoint],
    '/v1/compliance/campaigns/{id}': [`/v1/compliance/campaigns/${started.body.id}`, campaign],
    '/v1/integrations/leak-response': [
      '/v1/integrations/leak-response',
      { live: 'warn', test: 'warn' },
    ],
    '/v1/log-streams/{id}': [`/v1/log-streams/${stream.body.id}`, { url: LOG_STREAM.url }],
    '/v1/integrations/chat-destinations/{id}': [
      `/v1/integrations/chat-destinations/${chat.body.id}`,
      { url: CHAT_DESTINATION.url },
    ],
    '/v1/gateways/{id}': [
      `/v1/gateways/${gateway.gatewayId}`,
      { name: shown.body.name, labels: shown.body.labels, draining: false },
    ],
  };
});

const paths = Object.values<Route>(routes)
  .filter(({ method }) => method === 'PATCH')
  .map(({ path }) => path);

it.each(paths)('PATCH %s writes no event and raises no version', async (path) => {
  const [address, body] = edits[path] ?? [];
  if (!address || !body) throw new Error(`Nothing is known of "${path}"`);
  const first = await owner.patch<object>(address, body);
  expect(first.status).toBe(200);
  const before = await readTables(app);
  const answer = await owner.patch<object>(address, body);
  // It grows by itself.
  const withoutLag = (each: object) => ({ ...each, lagSeconds: undefined });
  expect([answer.status, withoutLag(answer.body)]).toEqual([200, withoutLag(first.body)]);
  expect(await readTables(app)).toEqual(before);
});

it('still refuses a caller who may not', async () => {
  const lesser = await makeKey(app, owner, { scopes: ['organization.read'] });
  for (const [address, body] of Object.values(edits)) {
    expect((await lesser.client.patch(address, body)).status).toBe(403);
  }
});
