import type { InjectOptions } from 'fastify';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Client } from '../../testing/client.ts';
import { type Joined, join } from '../../testing/join.ts';
import type { Query } from '../../testing/query-database.ts';
import { makeKey, startOrganization, type TestKey } from '../../testing/start-organization.ts';
import { OWNER, type TestApp } from '../../testing/test-app.ts';

const HOUR_MS = 3_600_000;
let app: TestApp;
let query: Query;
let owner: Client;
let member: Joined;
let now = new Date();

beforeAll(async () => {
  ({ app, query, owner } = await startOrganization({ clock: () => now }));
  member = await join(app, owner, 'Mona', 'role_admin');
});

beforeEach(async () => {
  now = new Date();
  await query(
    `update organization set allowed_ips = '{}', two_factor_required = false, session_hours_max = 168`,
  );
  await query(
    `update session set factors = case when email = $1 then '{password,totp}' else '{password}' end::text[]
     from "user" u where u.id = user_id`,
    [OWNER.email],
  );
  await owner.patch('/v1/security', { allowedIps: [] });
});

async function from(remoteAddress: string, client: Client, more: InjectOptions = {}) {
  const { headers } = client;
  const answer = await app.server.inject({ url: '/v1/members', headers, remoteAddress, ...more });
  return { status: answer.statusCode, code: answer.json().code, detail: answer.json().detail };
}

describe("the organization's addresses", () => {
  let key: TestKey;
  beforeAll(async () => {
    key = await makeKey(app, owner, { profile: 'organization', allowedIps: ['10.1.0.0/16'] });
  });

  it('bind sessions, with a sentence that says from where', async () => {
    await owner.patch('/v1/security', { allowedIps: ['127.0.0.0/8', '10.0.0.0/8'] });
    expect((await from('10.9.9.9', member.client)).status).toBe(200);
    expect((await from('127.0.0.1', member.client)).status).toBe(200);
    const refused = await from('192.0.2.1', member.client);
    expect([refused.status, refused.code]).toEqual([403, 'ip_not_allowed']);
    expect(refused.detail).toContain('192.0.2.1');
  });

  it('bind keys at once, beside the ranges of their own', async () => {
    const { client: anywhere } = await makeKey(app, owner);
    await owner.patch('/v1/security', { allowedIps: ['127.0.0.0/8', '10.1.2.0/24'] });
    expect((await from('10.1.2.3', key.client)).status).toBe(200);
    expect((await from('10.1.9.9', key.client)).code).toBe('ip_not_allowed');
    expect((await from('127.0.0.1', key.client)).code).toBe('ip_not_allowed');
    expect((await from('127.0.0.1', anywhere)).status).toBe(200);
    expect((await from('192.0.2.1', anywhere)).code).toBe('ip_not_allowed');
    await owner.patch('/v1/security', { allowedIps: [] });
    expect((await from('192.0.2.1', anywhere)).status).toBe(200);
  });

  it('bind what verify answers, also without the address from which the key was used', async () => {
    await owner.patch('/v1/security', { allowedIps: ['127.0.0.0/8', '10.0.0.0/8'] });
    const verify = async (ip?: string) => {
      const { secret } = key;
      const { body } = await owner.post<{ code: string }>('/v1/api-keys/verify', {
        key: secret,
        ip,
      });
      return body.code;
    };
    expect(await verify('10.1.2.3')).toBe('valid');
    expect(await verify('10.2.0.0')).toBe('ip_not_allowed');
    expect(await verify()).toBe('ip_not_allowed');
    const { secret } = await makeKey(app, owner);
    const { body } = await owner.post<{ code: string }>('/v1/api-keys/verify', { key: secret });
    expect(body.code).toBe('ip_not_allowed');
  });

  it('bind keys after a restart too', async () => {
    await owner.patch('/v1/security', { allowedIps: ['127.0.0.0/8'] });
    const { client } = await makeKey(app, owner);
    await app.services.keys.reload();
    expect((await from('192.0.2.1', client)).code).toBe('ip_not_allowed');
    expect((await from('127.0.0.1', client)).status).toBe(200);
  });
});

describe('a required second factor', () => {
  it('leaves a member who has none only the way to set one up', async () => {
    expect((await owner.patch('/v1/security', { twoFactorRequired: true })).status).toBe(200);
    expect((await owner.get('/v1/members')).status).toBe(200);
    const refused = await member.client.get('/v1/members');
    expect([refused.status, refused.problem.code]).toEqual([403, 'two_factor_required']);
    expect((await member.client.post('/v1/api-keys', { name: 'x' })).status).toBe(403);
    expect((await member.client.get('/v1/whoami')).status).toBe(200);
    await query(`update session set factors = '{passkey}'`);
    expect((await member.client.get('/v1/members')).status).toBe(200);
  });

  it('does not stop keys: they stand for themselves', async () => {
    const { client } = await makeKey(app, member.client);
    expect((await owner.patch('/v1/security', { twoFactorRequired: true })).status).toBe(200);
    expect((await client.get('/v1/members')).status).toBe(200);
  });
});

describe('the length of sessions', () => {
  it('counts from sign-in, to the millisecond, and says whose rule it is', async () => {
    await owner.patch('/v1/security', { sessionHoursMax: 8 });
    const [row] = await query<{ signed_in_at: Date }>(
      'select s.signed_in_at from session s join "user" u on u.id = s.user_id where email = $1',
      [member.email],
    );
    const end = (row?.signed_in_at.getTime() ?? 0) + 8 * HOUR_MS;
    now = new Date(end - 1);
    expect((await member.client.get('/v1/members')).status).toBe(200);
    now = new Date(end);
    const refused = await member.client.get('/v1/members');
    expect([refused.status, refused.problem.code]).toEqual([401, 'unauthenticated']);
    expect(refused.problem.detail).toBe(
      '"Acme" ends a session 8 hours after sign-in. Sign in again.',
    );
  });
});
