import type { Identity } from '@tollkeeper/contract';
import { desc, eq, sql } from 'drizzle-orm';
import { beforeAll, describe, expect, it } from 'vitest';
import { session } from '../db/schema/index.ts';
import { type Client, createClient } from '../testing/client.ts';
import { CREATE_BODY } from '../testing/key-changes.ts';
import {
  addMember,
  addOrganization,
  claimedOrganization,
  openSession,
  PASSWORD,
  setMemberStatus,
  withCookies,
} from '../testing/people.ts';
import { readTables } from '../testing/tables.ts';
import { claimServer, startTestApp, type TestApp } from '../testing/test-app.ts';

let app: TestApp;
let owner: Client;
let organizationId: string;

beforeAll(async () => {
  app = await startTestApp();
  owner = await claimServer(app);
  ({ organizationId } = await claimedOrganization(app));
});

const status = async (client: Client) => (await client.get('/v1/whoami')).status;

/** The same cookie with another Origin, or none. */
function fromOrigin({ headers }: Client, origin?: string): Client {
  const { origin: _own, ...rest } = headers;
  return createClient(app.baseUrl, { ...rest, ...(origin === undefined ? {} : { origin }) });
}

describe('a change by session', () => {
  it.each([
    undefined,
    '',
    'null',
    'https://evil.example',
    'http://127.0.0.1.evil.example',
    'http://localhost',
    'http://127.0.0.1@evil.example',
    'http://127.0.0.1:1',
    'not a url',
  ])('is refused from the origin %s, and reading is not', async (origin) => {
    const client = fromOrigin(owner, origin);
    const before = await readTables(app);
    for (const answer of [
      await client.post('/v1/api-keys', CREATE_BODY),
      await client.delete('/v1/api-keys/key_7dQx0mJ2vK4tR9sZ1aBc'),
      await client.post('/api/auth/sign-out', {}),
      await client.post('/api/auth/sign-in/email', { email: 'ada@example.com', password: 'x' }),
    ]) {
      expect(answer.problem).toMatchObject({ status: 403, code: 'cross_origin' });
    }
    expect(await readTables(app)).toEqual(before);
    expect(await status(client)).toBe(200);
  });

  it('cannot be sent by a form: what a page may post across sites is no JSON', async () => {
    const { origin: _origin, ...headers } = owner.headers;
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
      const body = JSON.stringify(CREATE_BODY);
      const client = createClient(app.baseUrl, headers);
      const answer = await client.raw('POST', '/v1/api-keys', body, { 'content-type': type });
      expect(answer.status).toBeGreaterThanOrEqual(403);
      expect(answer.status).toBeLessThan(500);
    }
  });

  it('is answered without leave for other sites to read it', async () => {
    const answer = await fromOrigin(owner, 'https://evil.example').get('/v1/whoami');
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
  });
});

describe('a session cookie', () => {
  it('is worth nothing unsigned or tampered with', async () => {
    const [newest] = await app.services.db.select().from(session).orderBy(desc(session.createdAt));
    const token = newest?.token ?? '';
    const { cookie = '' } = owner.headers;
    const name = cookie.slice(0, cookie.indexOf('='));
    const signature = cookie.slice(cookie.indexOf('.') + 1);
    for (const value of [
      token,
      `${token}.`,
      `${token}.${'A'.repeat(44)}`,
      `${token.slice(0, -1)}x.${signature}`,
      `${token}.${signature.slice(0, -6)}AAAAA%3D`,
      '',
      '%00',
      '%zz',
      'a'.repeat(6000),
    ]) {
      const client = createClient(app.baseUrl, { cookie: `${name}=${value}` });
      expect((await client.get('/v1/whoami')).problem.code).toBe('unauthenticated');
    }
  });

  it('is worth nothing once its session has ended, which then is deleted', async () => {
    const { client, userId } = await addMember(app, organizationId, 'viewer');
    const ofUser = eq(session.userId, userId);
    await app.services.db.update(session).set({ expiresAt: new Date() }).where(ofUser);
    expect((await client.get('/v1/whoami')).problem.code).toBe('unauthenticated');
    expect(await app.services.db.select().from(session).where(ofUser)).toEqual([]);
  });

  it('keeps its session alive: a day after the last time, the end moves', async () => {
    const { client, userId } = await addMember(app, organizationId, 'viewer');
    const ofUser = eq(session.userId, userId);
    const days = (count: number) => new Date(Date.now() + count * 86_400_000);
    await app.services.db
      .update(session)
      .set({ expiresAt: days(28) })
      .where(ofUser);
    expect(await status(client)).toBe(200);
    const [renewed] = await app.services.db.select().from(session).where(ofUser);
    expect(renewed?.expiresAt.getTime()).toBeGreaterThan(days(29.9).getTime());
  });

  it('dies with sign-out, and others of the same person live on', async () => {
    const { client, email } = await addMember(app, organizationId, 'viewer');
    const other = await openSession(app, email);
    expect((await client.post('/api/auth/sign-out', {})).status).toBe(200);
    expect(await status(client)).toBe(401);
    expect(await status(other)).toBe(200);
  });

  it('dies everywhere with revoke-sessions, and nobody else’s does', async () => {
    const { client, email } = await addMember(app, organizationId, 'viewer');
    const other = await openSession(app, email);
    expect((await client.post('/api/auth/revoke-sessions', {})).status).toBe(200);
    expect([await status(client), await status(other), await status(owner)]).toEqual([
      401, 401, 200,
    ]);
  });

  it('is refused with 503 while sessions cannot be read, and its token is not logged', async () => {
    const { db } = app.services;
    const rows = await db.select({ token: session.token }).from(session);
    await db.execute(sql`alter table session rename to session_elsewhere`);
    const answer = await owner.get('/v1/whoami');
    await db.execute(sql`alter table session_elsewhere rename to session`);
    expect(answer.problem).toMatchObject({ status: 503, code: 'unavailable' });
    const log = app.logged.join('');
    expect(rows.filter(({ token }) => log.includes(token))).toEqual([]);
    expect(await status(owner)).toBe(200);
  });

  it('is refused at once when the member is suspended, and taken when reinstated', async () => {
    const { client, memberId } = await addMember(app, organizationId, 'admin');
    expect(await status(client)).toBe(200);
    await setMemberStatus(app, memberId, 'suspended');
    const answer = await client.get('/v1/whoami');
    expect(answer.problem).toMatchObject({ status: 403, code: 'member_suspended' });
    expect((await client.post('/v1/api-keys', CREATE_BODY)).problem.code).toBe('member_suspended');
    await setMemberStatus(app, memberId, 'active');
    expect(await status(client)).toBe(200);
  });

  it('is new at every sign-in, whatever cookie came along', async () => {
    const { email } = await addMember(app, organizationId, 'viewer');
    const planted = createClient(app.baseUrl, {
      origin: app.baseUrl,
      cookie: 'tollkeeper.session_token=planted.by-somebody',
    });
    const answer = await planted.post('/api/auth/sign-in/email', { email, password: PASSWORD });
    expect(answer.status).toBe(200);
    const cookies = answer.headers.getSetCookie();
    expect(cookies.join()).not.toContain('planted');
    expect(await status(withCookies(app, cookies))).toBe(200);
    expect(JSON.stringify(answer.body)).not.toMatch(/token/);
  });
});

describe('X-Organization-Id', () => {
  const named = ({ headers }: Client, id: string) =>
    createClient(app.baseUrl, { ...headers, 'x-organization-id': id });

  it('must be given by who belongs to several, and decides what they may do', async () => {
    const other = await addOrganization(app, 'Other');
    const both = await addMember(app, organizationId, 'viewer', other.owner);
    const vague = await both.client.get('/v1/organization');
    expect(vague.problem).toMatchObject({ status: 400, code: 'malformed_request' });
    const as = async (id: string) =>
      (await named(both.client, id).get<Identity>('/v1/whoami')).body.member.roleId;
    expect(await as(organizationId)).toBe('role_viewer');
    expect(await as(other.organizationId)).toBe('role_owner');
    expect(
      (await named(both.client, organizationId).post('/v1/api-keys', CREATE_BODY)).status,
    ).toBe(403);
  });

  it('opens no organization that the member does not belong to', async () => {
    const other = await addOrganization(app, 'Closed');
    for (const id of [other.organizationId, 'org_7dQx0mJ2vK4tR9sZ1aBc', '', "' or 1=1", '%00']) {
      expect((await named(owner, id).get('/v1/whoami')).status).toBe(404);
    }
  });
});
