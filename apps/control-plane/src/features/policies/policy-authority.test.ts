import type { ApiKeyWithSecret, Policy, SavedPolicy } from '@tollkeeper/contract';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Answer, Client } from '../../testing/client.ts';
import { join } from '../../testing/join.ts';
import { startOtherOrganization } from '../../testing/other-organization.ts';
import { addWorkspace, claimedOrganization } from '../../testing/people.ts';
import { startOrganization, type TestOrganization } from '../../testing/start-organization.ts';
import { withKey } from '../../testing/test-app.ts';

const ALLOW = 'permit (principal, action, resource);';
const FORBID = 'forbid (principal, action, resource);';
const ALL = ['policies.read', 'policies.create', 'policies.edit', 'policies.delete'];

let organization: TestOrganization;
let owner: Client;
let here: string;
let elsewhere: string;
let own: SavedPolicy;
let foreign: SavedPolicy;
let everywhere: SavedPolicy;

beforeAll(async () => {
  organization = await startOrganization();
  owner = organization.owner;
  const { organizationId, workspaceId } = await claimedOrganization(organization.app);
  here = workspaceId;
  elsewhere = await addWorkspace(organization.app, organizationId, 'elsewhere');
  own = await create(here, 'Here');
  foreign = await create(elsewhere, 'Elsewhere');
  everywhere = await create(null, 'Everywhere');
});

async function create(workspaceId: string | null, name: string): Promise<SavedPolicy> {
  const answer = await owner.post<SavedPolicy>('/v1/policies', { workspaceId, name, text: ALLOW });
  expect(answer.status, answer.problem?.detail).toBe(201);
  return answer.body;
}

async function keyWith(facts: object): Promise<Client> {
  const body = { name: 'caller', profile: 'custom', scopes: ALL, ...facts };
  const answer = await owner.post<ApiKeyWithSecret>('/v1/api-keys', body);
  expect(answer.status, answer.problem?.detail).toBe(201);
  return withKey(organization.app, answer.body.secret ?? '');
}

/** What each verb answers that would change the policy, or make one in its place. */
async function codesOfChanges(client: Client, { id, workspaceId }: SavedPolicy) {
  const path = `/v1/policies/${id}`;
  const before = await organization.query('select * from policy order by id');
  const answers: Answer[] = [
    await client.post('/v1/policies', { workspaceId, name: 'Mine', text: ALLOW }),
    await client.patch(path, { text: FORBID }),
    await client.post(`${path}/disable`),
    await client.post(`${path}/enable`),
    await client.post(`${path}/restore`, { version: 1 }),
    await client.delete(path),
  ];
  expect(await organization.query('select * from policy order by id')).toEqual(before);
  return answers.map(({ problem }) => problem?.code);
}

const six = (code: string) => Array.from({ length: 6 }, () => code);

describe('a key that is confined to a workspace', () => {
  let confined: Client;
  beforeAll(async () => {
    confined = await keyWith({ workspaceId: here });
  });

  it('manages the policies of its workspace', async () => {
    const body = { workspaceId: here, name: 'By a key', text: ALLOW };
    const { body: made } = await confined.post<SavedPolicy>('/v1/policies', body);
    const path = `/v1/policies/${made.id}`;
    expect((await confined.patch<Policy>(path, { text: FORBID })).body.version).toBe(2);
    expect((await confined.post(`${path}/disable`)).status).toBe(200);
    expect((await confined.delete(path)).status).toBe(204);
  });

  it('reads the policies of the organization, and changes none', async () => {
    const path = `/v1/policies/${everywhere.id}`;
    expect((await confined.get<Policy>(path)).body.text).toBe(ALLOW);
    expect((await confined.get(`${path}/versions`)).status).toBe(200);
    expect((await confined.get(`${path}/propagation`)).status).toBe(200);
    expect(await codesOfChanges(confined, everywhere)).toEqual(six('outside_workspace'));
  });

  it('finds no policy of another workspace', async () => {
    const { body } = await confined.get<{ data: Policy[] }>('/v1/policies?limit=100');
    expect(new Set(body.data.map(({ workspaceId }) => workspaceId))).toEqual(new Set([here, null]));
    const asked = await confined.get<{ data: Policy[] }>(`/v1/policies?workspaceId=${elsewhere}`);
    expect(asked.body.data.map(({ id }) => id)).toEqual([everywhere.id]);
    const path = `/v1/policies/${foreign.id}`;
    for (const address of [path, `${path}/versions`, `${path}/propagation`]) {
      expect((await confined.get(address)).status).toBe(404);
    }
    const check = { text: ALLOW, workspaceId: elsewhere };
    expect((await confined.post('/v1/policies/validate', check)).status).toBe(404);
    expect(await codesOfChanges(confined, foreign)).toEqual(six('not_found'));
  });
});

describe('a policy of the organization', () => {
  it('is changed only by those who may change its other rules for keys', async () => {
    const developer = await join(organization.app, owner, 'Dan', 'role_developer');
    const key = await keyWith({});
    for (const client of [developer.client, key]) {
      expect(await codesOfChanges(client, everywhere)).toEqual(six('insufficient_scope'));
      const edit = await client.patch(`/v1/policies/${own.id}`, { description: 'Edited' });
      expect(edit.status).toBe(200);
      await owner.patch(`/v1/policies/${own.id}`, { description: '' });
    }
    const rules = await keyWith({ scopes: [...ALL, 'security.manage'] });
    const edit = await rules.patch(`/v1/policies/${everywhere.id}`, { description: 'Edited' });
    expect(edit.status).toBe(200);
  });
});

it('needs the scope of each verb', async () => {
  const reader = await keyWith({ scopes: ['policies.read', 'security.manage'] });
  expect(await codesOfChanges(reader, own)).toEqual(six('insufficient_scope'));
  const none = await keyWith({ scopes: ['usage.read'] });
  expect((await none.get('/v1/policies')).problem.code).toBe('insufficient_scope');
});

it('shows its mode, beside its usage, only with policies.read', async () => {
  const usage = async (...scopes: string[]) =>
    (await (await keyWith({ scopes })).get(`/v1/policies/${own.id}/usage`)).body;
  const counted = { policyId: own.id, shadowDenials24h: 0 };
  expect(await usage('usage.read')).toEqual(counted);
  expect(await usage('usage.read', 'policies.read')).toEqual({ ...counted, mode: own.mode });
});

it('is not found in another organization', async () => {
  const stranger = await startOtherOrganization(organization.app, owner, organization.query);
  expect((await stranger.get(`/v1/policies/${own.id}`)).status).toBe(404);
  expect((await stranger.get(`/v1/policies/${own.id}/propagation`)).status).toBe(404);
  expect(await codesOfChanges(stranger, own)).toEqual(six('not_found'));
  const { body } = await stranger.get<{ data: Policy[] }>('/v1/policies');
  expect(body.data.map(({ id }) => id)).not.toContain(everywhere.id);
});
