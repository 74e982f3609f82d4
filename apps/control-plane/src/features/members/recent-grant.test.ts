/** Every way to give a person, and the keys that they own, organization.delete or transfer. */
import {
  FINAL_SCOPES,
  type Identity,
  type InvitationWithLink,
  type Role,
} from '@tollkeeper/contract';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Answer, Client } from '../../testing/client.ts';
import { makeKey, type TestKey } from '../../testing/keys.ts';
import { addMember, claimedOrganization, type Person } from '../../testing/people.ts';
import type { Query } from '../../testing/query-database.ts';
import { startOrganization } from '../../testing/start-organization.ts';
import { readTables } from '../../testing/tables.ts';
import { OWNER, type TestApp } from '../../testing/test-app.ts';

let app: TestApp;
let owner: Client;
let query: Query;
let organizationId: string;
let count = 0;

beforeAll(async () => {
  ({ app, owner, query } = await startOrganization());
  ({ organizationId } = await claimedOrganization(app));
});

beforeEach(() => signedIn('0 minutes'));

async function signedIn(ago: string): Promise<void> {
  await query(`update session set authenticated_at = now() - $1::interval`, [ago]);
}

/** A custom role, made just after a sign-in. */
async function role(...scopes: string[]): Promise<string> {
  count += 1;
  const body = { name: `Role ${count}`, scopes: ['members.read', ...scopes] };
  const answer = await owner.post<Role>('/v1/roles', body);
  expect(answer.status).toBe(201);
  return answer.body.id;
}

async function memberWith(roleId: string): Promise<Person> {
  const person = await addMember(app, organizationId, 'viewer');
  expect((await owner.patch(`/v1/members/${person.memberId}`, { roleId })).status).toBe(200);
  return person;
}

async function invite(client: Client, roleId: string): Promise<Answer<InvitationWithLink>> {
  count += 1;
  return client.post('/v1/invitations', { email: `invited-${count}@example.com`, roleId });
}

type Grant = (client: Client) => Promise<Answer>;

/** A way to grant the scope, with all that it needs beforehand. */
const WAYS: Readonly<Record<string, (scope: string) => Promise<Grant>>> = {
  'giving a member a role that holds it': async (scope) => {
    const [{ memberId }, roleId] = [await memberWith(await role()), await role(scope)];
    return (client) => client.patch(`/v1/members/${memberId}`, { roleId });
  },
  'creating a role that holds it': async (scope) => (client) => {
    count += 1;
    return client.post('/v1/roles', { name: `Role ${count}`, scopes: [scope] });
  },
  'adding it to a role': async (scope) => {
    const id = await role();
    return (client) => client.patch(`/v1/roles/${id}`, { scopes: ['members.read', scope] });
  },
  'replacing a deleted role by one that holds it': async (scope) => {
    const [id, replacementId] = [await role(), await role(scope)];
    await memberWith(id);
    return (client) => client.delete(`/v1/roles/${id}?replacementRoleId=${replacementId}`);
  },
  'inviting somebody to a role that holds it': async (scope) => {
    const roleId = await role(scope);
    return (client) => invite(client, roleId);
  },
  'sending such an invitation again': async (scope) => {
    const { body } = await invite(owner, await role(scope));
    return (client) => client.post(`/v1/invitations/${body.id}/resend`);
  },
  'reinstating a member whose role holds it': async (scope) => {
    const { memberId } = await memberWith(await role(scope));
    await owner.post(`/v1/members/${memberId}/suspend`);
    return (client) => client.post(`/v1/members/${memberId}/reinstate`);
  },
  'letting keys that hold it live longer': async (scope) => {
    await owner.patch('/v1/security', { keyLifetimeDaysMax: null });
    await makeKey(app, owner, { scopes: [scope], expiresAt: null });
    await owner.patch('/v1/security', { keyLifetimeDaysMax: 30 });
    return (client) => client.patch('/v1/security', { keyLifetimeDaysMax: null });
  },
};

describe.each(FINAL_SCOPES)('granting %s', (scope) => {
  it.each(Object.entries(WAYS))(
    'in a session needs a recent sign-in: %s',
    async (_way, prepare) => {
      const grant = await prepare(scope);
      await signedIn('601 seconds');
      const before = await readTables(app);
      const refused = await grant(owner);
      expect([refused.status, refused.problem?.code]).toEqual([403, 'recent_sign_in_required']);
      expect(refused.problem.factors).toEqual(['password']);
      expect(await readTables(app)).toEqual(before);
      await signedIn('0 minutes');
      expect((await grant(owner)).status).toBeLessThan(300);
    },
  );

  it.each(Object.entries(WAYS))('by a key that holds it needs none: %s', async (_way, prepare) => {
    const scopes = [
      ...['members.read', 'members.role_change', 'members.invite', 'members.suspend', scope],
      ...['roles.create', 'roles.edit', 'roles.delete', 'security.manage', 'api_keys.read'],
    ];
    const { client } = await makeKey(app, owner, { scopes });
    const grant = await prepare(scope);
    await signedIn('601 seconds');
    expect((await grant(client)).status).toBeLessThan(300);
  });

  it('gives it to no key that was held down, before the sign-in', async () => {
    const person = await memberWith(await role(scope, 'api_keys.create'));
    const key = await makeKey(app, person.client, { scopes: [scope, 'members.read'] });
    const [without, withScope] = [await role(), await role(scope)];
    const give = (roleId: string) => owner.patch(`/v1/members/${person.memberId}`, { roleId });
    await give(without);
    expect(await scopesOf(key)).not.toContain(scope);
    await signedIn('601 seconds');
    await give(withScope);
    expect(await scopesOf(key)).not.toContain(scope);
    await signedIn('0 minutes');
    await give(withScope);
    expect(await scopesOf(key)).toContain(scope);
  });

  it('is not asked for where the scope stays or is taken away', async () => {
    const [first, second, without] = [await role(scope), await role(scope), await role()];
    const { memberId } = await memberWith(first);
    await memberWith(second);
    await signedIn('601 seconds');
    const answers = [
      await owner.patch(`/v1/members/${memberId}`, { roleId: second }),
      await owner.patch(`/v1/roles/${first}`, { name: `Renamed ${first}` }),
      await owner.patch(`/v1/roles/${first}`, { scopes: [scope, 'members.read', 'roles.read'] }),
      await owner.delete(`/v1/roles/${second}?replacementRoleId=${first}`),
      await owner.post(`/v1/members/${memberId}/suspend`),
      await owner.patch(`/v1/members/${memberId}`, { roleId: without }),
      await owner.post(`/v1/members/${memberId}/reinstate`),
      await owner.patch(`/v1/roles/${first}`, { scopes: ['members.read'] }),
      await invite(owner, first),
      await owner.patch('/v1/security', { keyLifetimeDaysMax: 30 }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([
      200, 200, 200, 204, 200, 200, 200, 200, 201, 200,
    ]);
  });
});

const scopesOf = async ({ client }: TestKey) =>
  (await client.get<Identity>('/v1/whoami')).body.scopes;

it('asks the owner for a recent sign-in, beside the password, to delete the organization', async () => {
  const body = JSON.stringify({ name: 'Acme', password: OWNER.password });
  const type = { 'content-type': 'application/json' };
  await signedIn('601 seconds');
  const before = await readTables(app);
  const late = await owner.raw('DELETE', '/v1/organization', body, type);
  expect(late.problem.code).toBe('recent_sign_in_required');
  expect(await readTables(app)).toEqual(before);
});

it('asks the owner for a recent sign-in, beside the password, to hand the organization over', async () => {
  const heir = await addMember(app, organizationId, 'admin');
  const body = { memberId: heir.memberId, password: OWNER.password };
  const transfer = () => owner.post('/v1/organization/transfer', body);
  await signedIn('601 seconds');
  const before = await readTables(app);
  expect((await transfer()).problem.code).toBe('recent_sign_in_required');
  expect(await readTables(app)).toEqual(before);
  await signedIn('0 minutes');
  expect((await transfer()).status).toBe(200);
});
