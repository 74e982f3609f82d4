import type { ApiKey, Invitation, JoinKey, Member } from '@tollkeeper/contract';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeKey } from '../testing/keys.ts';
import { addMember, addOrganization, choosePlan, type Organization } from '../testing/people.ts';
import {
  defaultWorkspace,
  startOrganization,
  type TestOrganization,
} from '../testing/start-organization.ts';

let app: TestOrganization['app'];
let query: TestOrganization['query'];
let first: TestOrganization['owner'];
let second: Organization;

/** The first organization is full, and has names and rules of its own. */
beforeAll(async () => {
  ({ app, query, owner: first } = await startOrganization());
  for (let count = 0; count < 5; count += 1) await makeKey(app, first);
  await first.post('/v1/roles', { name: 'Auditor', scopes: ['members.read'] });
  await first.post('/v1/workspaces', { name: 'shared', environment: 'live' });
  await query('update organization set key_lifetime_days_max = 1, default_expiry_days = 1');
  second = await addOrganization(app, 'Second');
  await choosePlan(app, 'enterprise', second.organizationId);
});

describe('an organization that came second', () => {
  it('has the places of its own plan, less its own keys that count', async () => {
    const { organizationId, owner } = await addOrganization(app, 'Small');
    await choosePlan(app, 'free', organizationId);
    const make = () =>
      owner.client.post<ApiKey>('/v1/api-keys', { name: 'a key', profile: 'read-only' });
    const { body: expired } = await make();
    await query(`update api_key set expires_at = now() - interval '1 hour' where id = $1`, [
      expired.id,
    ]);
    const statuses = [];
    for (let count = 0; count < 4; count += 1) statuses.push((await make()).status);
    expect(statuses).toEqual([201, 201, 201, 403]);
  });

  it('has rules of its own for the expiry of its keys', async () => {
    const key = await makeKey(app, second.owner.client, { profile: 'read-only' });
    expect(key.expiresAt).toBeNull();
    const later = new Date(Date.now() + 90 * 86_400_000).toISOString();
    const changed = await second.owner.client.patch<ApiKey>(`/v1/api-keys/${key.id}`, {
      expiresAt: later,
    });
    expect([changed.status, changed.body.expiresAt]).toEqual([200, later]);
  });

  it('says of a key who of its members made it', async () => {
    const person = await addMember(app, second.organizationId, 'admin');
    const key = await makeKey(app, person.client, { profile: 'read-only' });
    expect(key.createdBy).toEqual({
      memberId: person.memberId,
      name: 'A admin',
      email: person.email,
    });
  });

  it('is the one that its owner renames', async () => {
    const { body } = await second.owner.client.patch<{ id: string; name: string }>(
      '/v1/organization',
      { name: 'Renamed' },
    );
    expect([body.id, body.name]).toEqual([second.organizationId, 'Renamed']);
    const [event] = await query<{ before: object }>(
      `select before from audit_event where action = 'organization.update'
        and organization_id = $1 and after ->> 'name' = 'Renamed'`,
      [second.organizationId],
    );
    expect(event?.before).toMatchObject({ name: 'Second' });
  });

  it('keeps its only workspace, whichever others have', async () => {
    const path = `/v1/workspaces/${second.workspaceId}`;
    expect((await second.owner.client.delete(path)).status).toBe(409);
  });

  it('makes things in its own workspace, which goes without saying, and in no other', async () => {
    const { client } = second.owner;
    const made = await client.post<JoinKey>('/v1/join-keys', {});
    expect([made.status, made.body.workspaceId]).toEqual([201, second.workspaceId]);
    const workspaceId = await defaultWorkspace(first);
    for (const [path, body] of [
      ['/v1/join-keys', { workspaceId }],
      ['/v1/api-keys', { name: 'a key', profile: 'read-only', workspaceId }],
    ] as const) {
      expect([path, (await client.post(path, body)).status]).toEqual([path, 404]);
    }
  });

  it('has every name free that only others use', async () => {
    const { client } = second.owner;
    const { body: members } = await first.get<{ data: Member[] }>('/v1/members');
    for (const [path, body] of [
      ['/v1/roles', { name: 'Auditor', scopes: ['members.read'] }],
      ['/v1/workspaces', { name: 'shared', environment: 'live' }],
      ['/v1/invitations', { email: members.data[0]?.email, roleId: 'role_viewer' }],
    ] as const) {
      expect([path, (await client.post(path, body)).status]).toEqual([path, 201]);
    }
  });

  it('gives no role of another', async () => {
    const [role] = await query<{ id: string }>(
      `select role.id from role where name = 'Auditor' and organization_id <> $1`,
      [second.organizationId],
    );
    const given = { email: 'guest@example.com', roleId: role?.id };
    const answer = await second.owner.client.post<Invitation>('/v1/invitations', given);
    expect(answer.status).toBe(404);
  });

  it('lists nobody whom it removed', async () => {
    const person = await addMember(app, second.organizationId, 'viewer');
    await query(`update member set status = 'removed' where id = $1`, [person.memberId]);
    const { body } = await second.owner.client.get<{ data: Member[] }>('/v1/members');
    expect(body.data.map(({ id }) => id)).not.toContain(person.memberId);
    expect(body.data.map(({ id }) => id)).toContain(second.owner.memberId);
  });

  it('shows a member without api_keys.manage_all the figures of their own keys', async () => {
    const person = await addMember(app, second.organizationId, 'developer');
    const key = await makeKey(app, second.owner.client, { profile: 'read-only' });
    await key.client.get('/v1/whoami');
    await app.services.usage.flush();
    const stats = await person.client.get('/v1/api-keys/stats');
    expect(stats.body).toMatchObject({
      totalKeys: 0,
      activeKeys: 0,
      apiCalls24h: 0,
      lastCallAt: null,
    });
    const usage = await person.client.get('/v1/usage');
    expect(JSON.stringify(usage.body)).not.toMatch(/"(?:accepted|denied)":[1-9]/);
    const whole = await second.owner.client.get('/v1/api-keys/stats');
    expect(whole.body).toMatchObject({ apiCalls24h: 1, lastCallAt: expect.any(String) });
  });
});

it('counts a call for the member and the workspace of its key alone', async () => {
  const one = await addMember(app, second.organizationId, 'developer');
  const other = await addMember(app, second.organizationId, 'developer');
  const [key] = [await makeKey(app, one.client, { profile: 'read-only' })];
  await makeKey(app, other.client, { profile: 'read-only' });
  await key?.client.get('/v1/whoami');
  await app.services.usage.flush();
  const called = await query<{ id: string }>(
    `select member_id as id from key_total where last_call_at is not null and member_id = any($1)`,
    [[one.memberId, other.memberId]],
  );
  expect(called).toEqual([{ id: one.memberId }]);
});
