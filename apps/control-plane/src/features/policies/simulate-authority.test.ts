import type { PolicySimulation, SavedPolicy } from '@tollkeeper/contract';
import { beforeAll, expect, it } from 'vitest';
import type { Client } from '../../testing/client.ts';
import { join } from '../../testing/join.ts';
import { makeCallKey, makeKey, type TestKey } from '../../testing/keys.ts';
import { startOtherOrganization } from '../../testing/other-organization.ts';
import { addWorkspace, claimedOrganization } from '../../testing/people.ts';
import { startOrganization, type TestOrganization } from '../../testing/start-organization.ts';

const PERMIT = 'permit (principal, action, resource);';

let organization: TestOrganization;
let owner: Client;
let workspaceId: string;
let elsewhere: string;
let key: TestKey;
let foreign: SavedPolicy;

beforeAll(async () => {
  organization = await startOrganization();
  owner = organization.owner;
  const claimed = await claimedOrganization(organization.app);
  workspaceId = claimed.workspaceId;
  elsewhere = await addWorkspace(organization.app, claimed.organizationId, 'elsewhere');
  key = await makeCallKey(organization.app, owner, { workspaceId });
  const body = { workspaceId: elsewhere, name: 'Elsewhere', text: PERMIT };
  foreign = (await owner.post<SavedPolicy>('/v1/policies', body)).body;
});

const callerWith = (scopes: string[], fields: object = {}) =>
  makeKey(organization.app, owner, { scopes, ...fields });

async function codeOf(client: Client, fields: object = {}): Promise<string | undefined> {
  const { status, body, problem } = await client.post<PolicySimulation>('/v1/policies/simulate', {
    ...{ keyId: key.id, request: { method: 'GET', path: '/' }, workspaceId },
    ...fields,
  });
  return status === 200 ? body.code : problem.code;
}

it('needs policies.read', async () => {
  const { client } = await callerWith(['api_keys.read', 'members.read']);
  expect(await codeOf(client)).toBe('insufficient_scope');
});

it('needs api_keys.read for any key but the calling one', async () => {
  const alone = await callerWith(['policies.read', 'apis.call']);
  expect(await codeOf(alone.client)).toBe('insufficient_scope');
  expect(await codeOf(alone.client, { keyId: alone.id })).toBe('valid');
  const both = await callerWith(['policies.read', 'api_keys.read']);
  expect(await codeOf(both.client)).toBe('valid');
});

it('needs members.read for a key of another member, whose role a draft could ask for', async () => {
  const dan = await join(organization.app, owner, 'Dan', 'role_developer');
  const { id: keyId } = await makeCallKey(organization.app, dan.client);
  const scopes = ['policies.read', 'api_keys.read'];
  const without = await callerWith(scopes);
  expect(await codeOf(without.client, { keyId })).toBe('not_found');
  const all = await callerWith([...scopes, 'api_keys.manage_all']);
  expect(await codeOf(all.client, { keyId })).toBe('insufficient_scope');
  const readers = await callerWith([...scopes, 'api_keys.manage_all', 'members.read']);
  expect(await codeOf(readers.client, { keyId })).toBe('valid');
  expect(await codeOf(dan.client)).toBe('not_found');
});

it('says whether there is a gateway of a name only with fleet.read', async () => {
  const request = { method: 'GET', path: '/', gateway: 'nowhere' };
  const warnings = async (...scopes: string[]) => {
    const { client } = await callerWith(['policies.read', 'api_keys.read', ...scopes]);
    const body = { keyId: key.id, workspaceId, request };
    return (await client.post<PolicySimulation>('/v1/policies/simulate', body)).body.warnings;
  };
  expect(await warnings()).toBeUndefined();
  expect(await warnings('fleet.read')).toEqual([expect.stringContaining('"nowhere"')]);
});

it('is confined to the workspace of the calling key', async () => {
  const scopes = ['policies.read', 'api_keys.read'];
  const confined = await callerWith(scopes, { workspaceId });
  expect(await codeOf(confined.client)).toBe('valid');
  expect(await codeOf(confined.client, { workspaceId: elsewhere })).toBe('not_found');
  const anywhere = await makeCallKey(organization.app, owner);
  expect(await codeOf(confined.client, { keyId: anywhere.id })).toBe('not_found');
  const draft = { id: foreign.id, text: PERMIT };
  expect(await codeOf(confined.client, { policy: draft })).toBe('not_found');
  expect(await codeOf(owner, { policy: draft })).toBe('validation_failed');
});

it('finds nothing of another organization', async () => {
  const stranger = await startOtherOrganization(organization.app, owner, organization.query);
  await organization.app.services.keys.reload();
  expect(await codeOf(stranger)).toBe('not_found');
  const { body } = await stranger.get<{ data: { id: string }[] }>('/v1/workspaces');
  const own = await makeCallKey(organization.app, stranger);
  const there = body.data[0]?.id;
  await stranger.post('/v1/policies', { workspaceId: there, name: 'Allow', text: PERMIT });
  expect(await codeOf(stranger, { keyId: own.id, workspaceId: there })).toBe('valid');
  expect(await codeOf(stranger, { workspaceId: there })).toBe('not_found');
  expect(await codeOf(stranger, { keyId: own.id })).toBe('not_found');
  const draft = { keyId: own.id, workspaceId: there, policy: { id: foreign.id, text: PERMIT } };
  expect(await codeOf(stranger, draft)).toBe('not_found');
});

it('refuses what is no request', async () => {
  const invalid = { method: 'get', path: '/a?b' };
  expect(await codeOf(owner, { request: invalid })).toBe('validation_failed');
  expect(await codeOf(owner, { ip: 'nowhere' })).toBe('validation_failed');
  expect(await codeOf(owner, { keyId: 'key_1' })).toBe('validation_failed');
  const anywhere = await makeCallKey(organization.app, owner);
  expect(await codeOf(owner, { keyId: anywhere.id, workspaceId: undefined })).toBe(
    'validation_failed',
  );
});
