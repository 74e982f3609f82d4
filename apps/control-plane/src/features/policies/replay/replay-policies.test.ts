import type { PolicyReplay, SavedPolicy } from '@tollkeeper/contract';
import { beforeAll, expect, it } from 'vitest';
import type { Client } from '../../../testing/client.ts';
import { makeCallKey, makeKey, type TestKey } from '../../../testing/keys.ts';
import { addMember, claimedOrganization } from '../../../testing/people.ts';
import { startOrganization, type TestOrganization } from '../../../testing/start-organization.ts';
import { withKey } from '../../../testing/test-app.ts';

const FORBID_POST = 'forbid (principal, action == Action::"POST", resource);';

let organization: TestOrganization;
let owner: Client;
let workspaceId: string;
let organizationId: string;
let key: TestKey;
let other: TestKey;

beforeAll(async () => {
  organization = await startOrganization();
  owner = organization.owner;
  ({ organizationId, workspaceId } = await claimedOrganization(organization.app));
  key = await makeCallKey(organization.app, owner, { workspaceId });
  other = await makeCallKey(organization.app, owner, { workspaceId });
  const now = Date.now();
  await count(key, 'GET', 'valid', 100);
  await count(key, 'POST', 'valid', 20);
  await count(key, 'POST', 'policy_denied', 1000);
  await count(key, '', 'valid', 5);
  await count(other, 'POST', 'valid', 7);
  await count(other, 'POST', 'valid', 1000, now - 25 * 3_600_000);
});

async function count(of: TestKey, method: string, code: string, calls: number, atMs = Date.now()) {
  await organization.query(
    `insert into call_count values ($1, $2, to_timestamp($3::float8 / 1000), $4, '', '/v1', $5, $6, $7)`,
    [organizationId, workspaceId, atMs, of.id, method, code, calls],
  );
}

const replay = (policy: object, client = owner) =>
  client.post<PolicyReplay>('/v1/policies/replay', { workspaceId, policy });

it('counts allowed calls that a further policy would have refused, and by which keys', async () => {
  const { body } = await replay({ text: FORBID_POST });
  expect(body).toEqual({
    ...{ workspaceId, calls: 132, refused: 27, unknown: 5, keysRefused: 2 },
    keys: [
      { keyId: key.id, name: key.name, refused: 20 },
      { keyId: other.id, name: other.name, refused: 7 },
    ],
  });
});

it('is about the only workspace, where none is named', async () => {
  const body = { policy: { text: FORBID_POST } };
  const answer = await owner.post<PolicyReplay>('/v1/policies/replay', body);
  expect(answer.body).toMatchObject({ workspaceId, refused: 27 });
});

it('says what depends on more than is recorded', async () => {
  const text =
    'forbid (principal, action == Action::"POST", resource) when { context.path == "/a" };';
  expect((await replay({ text })).body).toMatchObject({ calls: 132, refused: 0, unknown: 32 });
});

it('asks only what the edit changes', async () => {
  const create = { name: 'edited', workspaceId, text: FORBID_POST };
  const { id } = (await owner.post<SavedPolicy>('/v1/policies', create)).body;
  expect((await replay({ id })).body).toMatchObject({ refused: 0, unknown: 0 });
  const shadow = { name: 'shadow', workspaceId, text: FORBID_POST, mode: 'shadow' };
  const { id: shadowId } = (await owner.post<SavedPolicy>('/v1/policies', shadow)).body;
  expect((await replay({ id: shadowId })).body).toMatchObject({ refused: 27 });
  expect((await replay({ id: shadowId, mode: 'shadow' })).body).toMatchObject({ refused: 0 });
});

it('refuses what no permit is left for', async () => {
  const { data } = (await owner.get<{ data: SavedPolicy[] }>('/v1/policies')).body;
  const id = data.find(({ name }) => name === 'Allow keys with apis.call')?.id;
  const text = 'permit (principal, action in Action::"read", resource);';
  expect((await replay({ id, text })).body).toMatchObject({ refused: 27, unknown: 5 });
  expect((await replay({ id, mode: 'shadow' })).body).toMatchObject({ refused: 127, unknown: 5 });
});

it('counts the calls of keys that the caller sees, and of others none', async () => {
  const text = FORBID_POST;
  const caller = await makeKey(organization.app, owner, {
    ...{ profile: 'custom', scopes: ['policies.read'], workspaceId },
  });
  const { body } = await replay({ text }, withKey(organization.app, caller.secret));
  expect(body).toMatchObject({ calls: 0, isOwnOnly: true });
  const developer = await addMember(organization.app, organizationId, 'developer');
  expect((await replay({ text }, developer.client)).body.calls).toBe(0);
  const billing = await addMember(organization.app, organizationId, 'billing');
  expect((await replay({ text }, billing.client)).status).toBe(403);
});

/** A member whose role holds these scopes, and is named by the last of them. */
async function addClerk(scopes: readonly string[]): Promise<Client> {
  const name = `Clerk with ${scopes.at(-1)}`;
  const role = await owner.post<{ id: string }>('/v1/roles', { name, scopes });
  const { memberId, client } = await addMember(organization.app, organizationId, 'billing');
  await organization.query('update member set role_id = $1 where id = $2', [
    role.body.id,
    memberId,
  ]);
  return client;
}

it('tells a member no more of calls and of keys than other routes do', async () => {
  const text = FORBID_POST;
  for (const lacking of ['usage.read', 'api_keys.read']) {
    const held = ['usage.read', 'api_keys.read'].filter((scope) => scope !== lacking);
    const refused = await replay({ text }, await addClerk(['policies.read', ...held]));
    expect([refused.status, refused.problem.scopes]).toEqual([403, [lacking]]);
  }
  const scopes = ['policies.read', 'usage.read', 'api_keys.read', 'api_keys.manage_all'];
  expect((await replay({ text }, await addClerk(scopes))).body.calls).toBe(0);
  const seesOwners = await addClerk([...scopes, 'members.read']);
  expect((await replay({ text }, seesOwners)).body.calls).toBe(132);
});

it('answers what a text asks about gateways only with fleet.read', async () => {
  const [id, name] = ['gw_00000000000000000000', 'secret-edge'];
  const { query } = organization;
  await query(
    `insert into gateway (id, organization_id, workspace_id, name, labels, public_key, join_key_id, created_at)
     values ($1, $2, $3, $4, '{}', 'x', 'jk_x', now())`,
    [id, organizationId, workspaceId, name],
  );
  await query(`update call_count set gateway_id = $1 where method = 'GET'`, [id]);
  const text = 'forbid (principal, action, resource) when { resource.gateway like "secret*" };';
  const scopes = ['policies.read', 'usage.read', 'api_keys.read', 'api_keys.manage_all'];
  const reader = await addClerk([...scopes, 'members.read', 'fleet.read']);
  expect((await replay({ text }, reader)).body).toMatchObject({ refused: 100 });
  const other = await addClerk([...scopes, 'members.read', 'fleet.manage']);
  expect((await replay({ text }, other)).body).toMatchObject({ refused: 0, unknown: 132 });
});

it('is refused without an id or a text, with errors in it, and in another workspace', async () => {
  expect((await replay({})).problem.code).toBe('validation_failed');
  expect((await replay({ text: 'permit' })).problem.code).toBe('policy_invalid');
  const elsewhere = { workspaceId: 'ws_00000000000000000000', policy: { text: FORBID_POST } };
  expect((await owner.post('/v1/policies/replay', elsewhere)).status).toBe(404);
  const gone = await replay({ id: 'pol_00000000000000000000' });
  expect(gone.status).toBe(404);
});
