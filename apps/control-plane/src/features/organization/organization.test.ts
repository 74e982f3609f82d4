import type { ApiKeyWithSecret } from '@tollkeeper/contract';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Client } from '../../testing/client.ts';
import { joinFleet, joinWith } from '../../testing/fleet.ts';
import { type Joined, join } from '../../testing/join.ts';
import { addOrganization, claimedOrganization } from '../../testing/people.ts';
import { auditEvents, type Query, queryDatabase } from '../../testing/query-database.ts';
import { defaultWorkspace } from '../../testing/start-organization.ts';
import { claimServer, OWNER, startTestApp, type TestApp, withKey } from '../../testing/test-app.ts';
import { createTestDatabase } from '../../testing/test-database.ts';

const JSON_TYPE = { 'content-type': 'application/json' };

let app: TestApp;
let owner: Client;
let heir: Joined;
let query: Query;

beforeEach(async () => {
  app = await startTestApp({ database: await createTestDatabase() });
  owner = await claimServer(app);
  query = queryDatabase(app.database);
  heir = await join(app, owner, 'Heidi', 'role_developer');
});

describe('the organization', () => {
  it('is renamed, with the values before and after in the audit log', async () => {
    const answer = await owner.patch('/v1/organization', {
      name: 'Acme Ltd',
      slug: 'acme-ltd',
      defaultExpiryDays: 90,
    });
    expect(answer.body).toMatchObject({
      name: 'Acme Ltd',
      slug: 'acme-ltd',
      defaultExpiryDays: 90,
    });
    expect((await auditEvents(query)).at(-1)).toMatchObject({
      action: 'organization.update',
      before: { name: 'Acme', defaultExpiryDays: null },
      after: { name: 'Acme Ltd', defaultExpiryDays: 90 },
    });
    for (const body of [
      { slug: 'Not A Slug' },
      { name: ' ' },
      { defaultExpiryDays: 0 },
      { plan: 'enterprise' },
    ]) {
      expect((await owner.patch('/v1/organization', body)).status).toBe(422);
    }
    expect((await heir.client.patch('/v1/organization', { name: 'Mine' })).problem.code).toBe(
      'insufficient_scope',
    );
  });

  it('takes no slug of another organization', async () => {
    const other = await addOrganization(app, 'Other');
    await query(`update organization set slug = 'other' where id = $1`, [other.organizationId]);
    const answer = await owner.patch('/v1/organization', { slug: 'other' });
    expect(answer.problem.code).toBe('invalid_state');
  });

  it('is transferred only with the password, only to an active member, and exactly once', async () => {
    const transfer = (body: object) => owner.post('/v1/organization/transfer', body);
    expect((await transfer({ memberId: heir.memberId })).problem.code).toBe('password_wrong');
    expect(
      (await transfer({ memberId: heir.memberId, password: 'a wrong password' })).problem.code,
    ).toBe('password_wrong');
    await owner.post(`/v1/members/${heir.memberId}/suspend`);
    expect(
      (await transfer({ memberId: heir.memberId, password: OWNER.password })).problem.code,
    ).toBe('invalid_state');
    await owner.post(`/v1/members/${heir.memberId}/reinstate`);
    expect((await transfer({ memberId: heir.memberId, password: OWNER.password })).status).toBe(
      200,
    );
    const rows = await query<{ role_id: string; id: string }>(
      `select id, role_id from member where role_id = 'role_owner'`,
    );
    expect(rows.map((row) => row.id)).toEqual([heir.memberId]);
    const actions = (await auditEvents(query)).map(({ action }) => action);
    expect(actions.filter((action) => action === 'organization.transfer')).toHaveLength(1);
    expect(
      (await transfer({ memberId: heir.memberId, password: OWNER.password })).problem.code,
    ).toBe('insufficient_scope');
  });

  it('is not transferred to its owner, to a member who was removed, or to nobody', async () => {
    const { memberId } = await claimedOrganization(app);
    await owner.delete(`/v1/members/${heir.memberId}`);
    for (const [id, code] of [
      [memberId, 'invalid_state'],
      [heir.memberId, 'not_found'],
      ['mem_00000000000000000000', 'not_found'],
    ]) {
      const body = { memberId: id, password: OWNER.password };
      const answer = await owner.post('/v1/organization/transfer', body);
      expect(answer.problem.code).toBe(code);
    }
    const owners = await query(`select id from member where role_id = 'role_owner'`);
    expect(owners).toEqual([{ id: memberId }]);
  });

  it('lowers the former owner’s keys with the transfer', async () => {
    const created = await owner.post<ApiKeyWithSecret>('/v1/api-keys', {
      name: 'terminator',
      profile: 'custom',
      scopes: ['organization.delete', 'organization.read'],
    });
    await owner.post('/v1/organization/transfer', {
      memberId: heir.memberId,
      password: OWNER.password,
    });
    const key = withKey(app, created.body.secret ?? '');
    expect((await key.get('/v1/organization')).status).toBe(200);
    const answer = await key.raw(
      'DELETE',
      '/v1/organization',
      JSON.stringify({ name: 'Acme' }),
      JSON_TYPE,
    );
    expect(answer.problem.code).toBe('insufficient_scope');
  });

  it('is deleted after its name and the password were typed: keys are revoked, everybody is out, the fleet too', async () => {
    const created = await owner.post<ApiKeyWithSecret>('/v1/api-keys', {
      name: 'ci',
      profile: 'read-only',
    });
    const revoked = { name: 'revoked before', profile: 'read-only' };
    const { id } = (await owner.post<ApiKeyWithSecret>('/v1/api-keys', revoked)).body;
    await owner.post(`/v1/api-keys/${id}/revoke`, { reason: 'it leaked' });
    const { joinKey, gateway } = await joinFleet(app, owner, await defaultWorkspace(owner));
    const remove = (body: object) =>
      owner.raw('DELETE', '/v1/organization', JSON.stringify(body), JSON_TYPE);
    expect((await remove({ name: 'Acme', password: 'a wrong password' })).problem.code).toBe(
      'password_wrong',
    );
    expect((await remove({ name: 'acme', password: OWNER.password })).problem.code).toBe(
      'validation_failed',
    );
    expect((await withKey(app, created.body.secret ?? '').get('/v1/whoami')).status).toBe(200);
    expect((await remove({ name: 'Acme', password: OWNER.password })).status).toBe(204);
    expect((await withKey(app, created.body.secret ?? '').get('/v1/whoami')).problem.code).toBe(
      'revoked',
    );
    expect((await owner.get('/v1/whoami')).status).toBe(404);
    expect((await heir.client.get('/v1/whoami')).status).toBe(404);
    expect((await auditEvents(query)).at(-1)).toMatchObject({
      action: 'organization.delete',
      after: { revokedKeys: 1, deletedGateways: 1, deletedJoinKeys: 1 },
    });
    const reasons = 'select revoke_reason as reason from api_key where id = $1';
    expect(await query(reasons, [id])).toEqual([{ reason: 'it leaked' }]);
    const left = `select id from gateway union all select id from join_key`;
    expect(await query(left)).toEqual([]);
    expect((await joinWith(app, joinKey.secret)).problem.code).toBe('join_key_invalid');
    const heard = `select 1 from change where kind = 'gateway' and subject_id = $1`;
    expect(await query(heard, [gateway.gatewayId])).toHaveLength(2);
  });
});
