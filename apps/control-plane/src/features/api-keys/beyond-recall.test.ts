/** Keys that may delete or transfer the organization: they act without a password. */
import { PROFILE_SCOPES, routes } from '@tollkeeper/contract';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Answer, Client } from '../../testing/client.ts';
import { makeKey, type TestKey } from '../../testing/keys.ts';
import {
  addMember,
  choosePlan,
  claimedOrganization,
  PASSWORD,
  setMemberRole,
} from '../../testing/people.ts';
import { cookiesOf, visitor } from '../../testing/sign-in.ts';
import { readTables } from '../../testing/tables.ts';
import { claimServer, OWNER, startTestApp, type TestApp } from '../../testing/test-app.ts';

const MINUTE_MS = 60_000;
const GRANTS = ['organization.delete', 'organization.transfer'] as const;

let app: TestApp;
let owner: Client;
let now = new Date();

beforeAll(async () => {
  app = await startTestApp({ clock: () => now });
  owner = await claimServer(app);
  await choosePlan(app, 'enterprise');
});

beforeEach(async () => {
  owner = await confirmed(owner, OWNER.password);
});

/** The session that takes the place of the client's, confirmed just now. */
async function confirmed({ post }: Client, password: string): Promise<Client> {
  const answer = await post('/v1/session/confirm', { password });
  expect(answer.status).toBe(200);
  return visitor(app, cookiesOf(answer));
}

const later = () => {
  now = new Date(now.getTime() + 11 * MINUTE_MS);
};

/** Every way to give a key its power, or to give its power out. */
const WAYS: readonly [string, (key: TestKey, scope: string) => Promise<Answer>][] = [
  [
    'create',
    (_key, scope) =>
      owner.post('/v1/api-keys', { name: 'new', profile: 'custom', scopes: [scope] }),
  ],
  ['edit', ({ id }, scope) => owner.patch(`/v1/api-keys/${id}`, { scopes: [scope] })],
  ['extend', ({ id }) => owner.patch(`/v1/api-keys/${id}`, { expiresAt: null })],
  ['rotate', ({ id }) => owner.post(`/v1/api-keys/${id}/rotate`, {})],
  ['enable', ({ id }) => owner.post(`/v1/api-keys/${id}/enable`)],
  ['enable several', ({ id }) => owner.post('/v1/api-keys/enable', { ids: [id] })],
];

async function keyFor(way: string, scope: string): Promise<TestKey> {
  const key = await makeKey(app, owner, { scopes: way === 'edit' ? ['api_keys.read'] : [scope] });
  if (way.startsWith('enable')) await owner.post(`/v1/api-keys/${key.id}/disable`);
  return key;
}

describe.each(GRANTS)('granting %s to a key', (scope) => {
  it.each(WAYS)('in a session needs a recent sign-in: %s', async (way, grant) => {
    const key = await keyFor(way, scope);
    later();
    const before = await readTables(app);
    const refused = await grant(key, scope);
    expect([refused.status, refused.problem.code]).toEqual([403, 'recent_sign_in_required']);
    expect(refused.problem.factors).toEqual(['password']);
    expect(await readTables(app)).toEqual(before);
    owner = await confirmed(owner, OWNER.password);
    expect((await grant(key, scope)).status).toBeLessThan(300);
  });

  it('by handing it over needs one as well', async () => {
    const { organizationId, memberId } = await claimedOrganization(app);
    const leaving = await addMember(app, organizationId, 'owner');
    await makeKey(app, leaving.client, { scopes: [scope] });
    await setMemberRole(app, leaving.memberId, 'admin');
    const handOver = () => owner.delete(`/v1/members/${leaving.memberId}?handOverTo=${memberId}`);
    later();
    const before = await readTables(app);
    expect((await handOver()).problem.code).toBe('recent_sign_in_required');
    expect(await readTables(app)).toEqual(before);
    owner = await confirmed(owner, OWNER.password);
    expect((await handOver()).status).toBe(204);
  });

  it('by a key that holds it needs none', async () => {
    const scopes = ['api_keys.create', scope];
    const creator = await makeKey(app, owner, { scopes });
    later();
    expect((await makeKey(app, creator.client, { scopes: [scope] })).scopes).toEqual([scope]);
  });
});

it('needs no recent sign-in to name such a key, or to take the scope away', async () => {
  const key = await makeKey(app, owner, { scopes: ['organization.delete', 'api_keys.read'] });
  later();
  const edit = (body: object) => owner.patch(`/v1/api-keys/${key.id}`, body);
  expect((await edit({ name: 'renamed' })).status).toBe(200);
  expect((await edit({ scopes: ['api_keys.read'] })).status).toBe(200);
  expect((await makeKey(app, owner)).status).toBe('active');
});

it('is in no preset', () => {
  for (const scopes of Object.values(PROFILE_SCOPES)) {
    for (const scope of GRANTS) expect(scopes).not.toContain(scope);
  }
});

it('lets the key transfer, and then delete, the organization without a password', async () => {
  const { organizationId } = await claimedOrganization(app);
  const heir = await addMember(app, organizationId, 'admin');
  const transferring = await makeKey(app, owner, { scopes: ['organization.transfer'] });
  const body = { memberId: heir.memberId };
  expect((await owner.post('/v1/organization/transfer', body)).problem.code).toBe('password_wrong');
  const transferred = await transferring.client.post('/v1/organization/transfer', body);
  expect(transferred.status).toBe(200);
  const session = await confirmed(heir.client, PASSWORD);
  const deleting = await makeKey(app, session, { scopes: ['organization.delete'] });
  const text = JSON.stringify({ name: 'Acme' });
  const type = { 'content-type': 'application/json' };
  const deleted = await deleting.client.raw('DELETE', routes.deleteOrganization.path, text, type);
  expect(deleted.status).toBe(204);
});
