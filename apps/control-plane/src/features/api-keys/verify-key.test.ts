import { beforeAll, beforeEach, expect, it } from 'vitest';
import type { Client } from '../../testing/client.ts';
import { makeKey, type TestKey } from '../../testing/keys.ts';
import { addWorkspace, claimedOrganization } from '../../testing/people.ts';
import { putTestPolicy, removeTestPolicy, type TestPolicy } from '../../testing/policies.ts';
import { defaultWorkspace, startOrganization } from '../../testing/start-organization.ts';
import type { TestApp } from '../../testing/test-app.ts';

let app: TestApp;
let owner: Client;
let organizationId: string;
let workspaceId: string;
let key: TestKey;

beforeAll(async () => {
  ({ app, owner } = await startOrganization());
  ({ organizationId } = await claimedOrganization(app));
  workspaceId = await defaultWorkspace(owner);
  key = await makeKey(app, owner, { profile: 'read-only' });
});

beforeEach(async () => {
  for (const at of [null, workspaceId]) await removeTestPolicy(app, policyAt(at));
});

const REQUEST = { method: 'GET', path: '/v1/invoices' };

async function verify(fields: object = {}): Promise<unknown> {
  const body = { key: key.secret, ip: '192.0.2.7', workspaceId, request: REQUEST, ...fields };
  const { status, body: answer } = await owner.post<{ code: string }>('/v1/api-keys/verify', body);
  return status === 200 ? answer.code : { status, code: answer.code };
}

/** The one of the organization, or of the workspace. */
function policyAt(at: string | null, text = ''): TestPolicy {
  const id = `pol_9${String(at === null ? 1 : 2).padStart(19, '0')}`;
  return { id, organizationId, workspaceId: at, text };
}

async function put(text: string, at: string | null = workspaceId): Promise<void> {
  await putTestPolicy(app, policyAt(at, text));
}

const FORBID = (condition: string) => `forbid (principal, action, resource) when { ${condition} };`;

it('evaluates policies where a request is given, and only there', async () => {
  expect(await verify()).toBe('valid');
  await put(FORBID('context.path like "/v1/*" && context.method == "GET"'));
  expect(await verify()).toBe('policy_denied');
  expect(await verify({ request: undefined })).toBe('valid');
  expect(await verify({ request: { ...REQUEST, method: 'POST' } })).toBe('valid');
  expect(await verify({ request: { ...REQUEST, path: '/%761/x' } })).toBe('policy_denied');
});

it('names the limits in which the call would need room, and takes nothing from them', async () => {
  await put('@limit("1/day") @per("owner") permit (principal, action, resource);');
  const body = { key: key.secret, ip: '192.0.2.7', workspaceId };
  const limits = [{ policyId: policyAt(workspaceId).id, count: 1, unit: 'day', per: 'owner' }];
  for (let i = 0; i < 2; i++) {
    const answer = await owner.post('/v1/api-keys/verify', { ...body, request: REQUEST });
    expect(answer.body).toMatchObject({ code: 'valid', limits });
  }
  expect((await owner.post('/v1/api-keys/verify', body)).body).not.toHaveProperty('limits');
});

it.each([
  ['context.headers["x-team"] == "eu"', { headers: { 'X-Team': 'eu' } }],
  ['resource.host == "api.example.com"', { host: 'API.example.com:443' }],
  ['resource.gateway == "edge-1"', { gateway: 'edge-1' }],
  ['resource.getTag("region") == "eu"', { labels: { region: 'eu' } }],
  ['resource.path == "/v1"', { route: '/v1' }],
  ['context has model && context.model == "gpt-5"', { model: 'gpt-5' }],
  ['context has mcp && context.mcp.method == "tools/list"', { mcp: { method: 'tools/list' } }],
  [
    'context has mcp.tool && context.mcp.tool == "search"',
    { mcp: { method: 'tools/call', tool: 'search' } },
  ],
])('knows of the request: %s', async (condition, fields) => {
  await put(FORBID(condition));
  expect(await verify()).toBe('valid');
  expect(await verify({ request: { ...REQUEST, ...fields } })).toBe('policy_denied');
});

it('evaluates those of the organization in each workspace, and others in their own', async () => {
  const elsewhere = await addWorkspace(app, organizationId, 'elsewhere');
  await put(FORBID('true'));
  expect(await verify({ workspaceId: elsewhere })).toBe('valid');
  await put(FORBID('true'), null);
  expect(await verify({ workspaceId: elsewhere })).toBe('policy_denied');
});

it('refuses what policies ask for without the address', async () => {
  expect(await verify({ ip: undefined })).toBe('valid');
  await put(FORBID('context.method == "POST"'));
  expect(await verify({ ip: undefined })).toBe('policy_denied');
});

it('requires a scope that the organization defined', async () => {
  expect((await owner.post('/v1/api-scopes', { name: 'invoices.read' })).status).toBe(201);
  const holder = await makeKey(app, owner, { scopes: ['apis.call', 'invoices.read'] });
  const scopes = ['invoices.read'];
  expect(await verify({ key: holder.secret, scopes })).toBe('valid');
  expect(await verify({ scopes })).toBe('insufficient_scope');
});

it('asks for the workspace, and for a request that is one', async () => {
  const invalid = { status: 422, code: 'validation_failed' };
  expect(await verify({ workspaceId: undefined })).toEqual(invalid);
  for (const request of [{ method: 'GET' }, { ...REQUEST, method: 'get' }, { path: '/a?b' }]) {
    expect(await verify({ request })).toEqual(invalid);
  }
  const confined = await makeKey(app, owner, { scopes: ['api_keys.verify'], workspaceId });
  const body = { key: key.secret, request: REQUEST };
  const { body: answer } = await confined.client.post<{ code: string }>(
    '/v1/api-keys/verify',
    body,
  );
  expect(answer.code).toBe('valid');
});
