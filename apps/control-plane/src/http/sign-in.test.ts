import { desc, sql } from 'drizzle-orm';
import { beforeAll, describe, expect, it } from 'vitest';
import { session } from '../db/schema/index.ts';
import { type Client, createClient } from '../testing/client.ts';
import { readTables } from '../testing/tables.ts';
import { claimServer, OWNER, startTestApp, type TestApp } from '../testing/test-app.ts';

let app: TestApp;
let visitor: Client;
let owner: Client;

beforeAll(async () => {
  app = await startTestApp();
  owner = await claimServer(app);
  visitor = createClient(app.baseUrl, { origin: app.baseUrl });
});

const { email, password } = OWNER;
const signIn = (body: object) => visitor.post('/api/auth/sign-in/email', body);

describe('what Better Auth could do beside', () => {
  it.each([
    ['POST', 'sign-up/email'],
    ['POST', 'forget-password'],
    ['POST', 'request-password-reset'],
    ['POST', 'reset-password'],
    ['POST', 'change-email'],
    ['POST', 'update-user'],
    ['POST', 'delete-user'],
    ['POST', 'sign-in/social'],
    ['POST', 'sign-in/username'],
    ['GET', 'list-sessions'],
    ['GET', 'ok'],
    ['GET', 'error'],
    ['GET', 'reference'],
    ['POST', 'sign-in/email/'],
    ['POST', 'sign-in//email'],
    ['POST', '../auth/sign-up/email'],
    ['POST', '%73ign-up/email'],
  ])('stays shut: %s %s', async (method, name) => {
    const body = { email: 'eve@example.com', password: 'a long enough password', name: 'Eve' };
    const before = await readTables(app);
    const answer = await visitor.raw(
      method,
      `/api/auth/${name}`,
      method === 'GET' ? undefined : JSON.stringify(body),
      { 'content-type': 'application/json' },
    );
    expect([404, 405]).toContain(answer.status);
    expect(await readTables(app)).toEqual(before);
  });
});

describe('get-session', () => {
  it('tells whose session it is, and nothing of the session itself', async () => {
    const answer = await owner.get<object>('/api/auth/get-session');
    expect(answer.body).toMatchObject({ user: { email: OWNER.email } });
    expect(Object.keys(answer.body)).toEqual(['user']);
    expect((await visitor.get('/api/auth/get-session')).body).toEqual({});
  });
});

describe('signing in', () => {
  it('opens a session that ends within thirty days, in the cookie and on the server', async () => {
    const answer = await signIn({ email, password });
    const cookie = answer.headers.getSetCookie().find((line) => line.includes('session_token='));
    expect(cookie).toMatch(new RegExp(`; max-age=${30 * 86_400};`, 'i'));
    const [opened] = await app.services.db
      .select({
        days: sql<number>`extract(epoch from ${session.expiresAt} - now())::float8 / 86400`,
      })
      .from(session)
      .orderBy(desc(session.createdAt))
      .limit(1);
    expect(opened?.days).toBeLessThanOrEqual(30);
  });

  it('cannot tell a wrong password from a person who is not there', async () => {
    const wrong = await signIn({ email, password: 'not the password' });
    const nobody = await signIn({ email: 'nobody@example.com', password: 'not the password' });
    const shape = ({ problem: { requestId: _id, ...rest } }: typeof wrong) => rest;
    expect(wrong.status).toBe(401);
    expect(wrong.problem.detail).toBe('The email address or the password is wrong.');
    expect(shape(nobody)).toEqual(shape(wrong));
  });

  it('refuses what is no pair of texts, and what is not asked for', async () => {
    for (const body of [{ email: { $gt: '' }, password }, { email: 'a\u0000@b.c', password }, []]) {
      const answer = await signIn(body);
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.status).toBeLessThan(500);
      expect(answer.headers.getSetCookie()).toEqual([]);
    }
  });

  it('slows guessing: after ten tries in a minute even the right password gets 429', async () => {
    for (let tries = 0; tries < 10; tries += 1) await signIn({ email, password: 'a guess' });
    const answer = await signIn({ email, password });
    expect(answer.problem).toMatchObject({ status: 429, code: 'rate_limited' });
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(Number(answer.headers.get('retry-after'))).toBeLessThanOrEqual(60);
    expect(answer.headers.getSetCookie()).toEqual([]);
  });

  it('counts the address it sees, not one that is claimed', async () => {
    for (const header of ['x-forwarded-for', 'x-real-ip', 'x-tollkeeper-client-ip', 'forwarded']) {
      const answer = await visitor.post(
        '/api/auth/sign-in/email',
        { email, password },
        {
          [header]: '203.0.113.7',
        },
      );
      expect(answer.status).toBe(429);
    }
  });
});
