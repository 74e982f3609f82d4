import type { RouteOutput, Routes } from '@tollkeeper/contract';
import { beforeAll, describe, expect, it } from 'vitest';
import { member, organization, user } from '../../db/schema/index.ts';
import { auditEvents, findBrokenLink } from '../../testing/audit-log.ts';
import { type Client, createClient } from '../../testing/client.ts';
import { withCookies } from '../../testing/people.ts';
import { readTables } from '../../testing/tables.ts';
import { OWNER, SETUP_TOKEN, startTestApp, type TestApp } from '../../testing/test-app.ts';

type Identity = RouteOutput<Routes['whoami']>;
type Claimed = RouteOutput<Routes['setup']>;

const BODY = { token: SETUP_TOKEN, ...OWNER, organizationName: 'Acme & Söhne' };

let app: TestApp;
let visitor: Client;

beforeAll(async () => {
  app = await startTestApp({ trustedProxies: ['127.0.0.1'] });
  visitor = createClient(app.baseUrl, {});
});

describe('a fresh server', () => {
  it('says that it waits for its owner, and lets nobody do anything else', async () => {
    expect((await visitor.get('/v1/setup')).body).toEqual({ open: true });
    expect((await visitor.get('/v1/whoami')).problem.code).toBe('unauthenticated');
  });

  it.each([
    ['another token', { token: 'not-the-setup-token' }, 403],
    ['a part of the token', { token: SETUP_TOKEN.slice(0, -1) }, 403],
    ['no token', { token: '' }, 422],
    ['a short password', { password: 'short' }, 422],
    ['a password beyond 128', { password: 'x'.repeat(129) }, 422],
    ['no address', { email: 'ada' }, 422],
    ['a name with markup of direction', { name: 'Ada\u202e' }, 422],
    ['an organization without a name', { organizationName: ' ' }, 422],
    ['a plan of its own', { plan: 'enterprise' }, 422],
    ['a role of its own', { roleId: 'role_owner' }, 422],
  ])('is not claimed with %s', async (_what, wrong, status) => {
    const before = await readTables(app);
    const answer = await visitor.post('/v1/setup', { ...BODY, ...wrong });
    expect(answer.status).toBe(status);
    expect(answer.headers.getSetCookie()).toEqual([]);
    expect(JSON.stringify(answer.body)).not.toContain(SETUP_TOKEN);
    expect(await readTables(app)).toEqual(before);
  });

  it('bounds how often its token is guessed, by network and in all, for the right one too', async () => {
    const claim = (token: string, from: string) =>
      visitor.post<Claimed>('/v1/setup', { ...BODY, token }, { 'x-forwarded-for': from });
    const guesses = Array.from({ length: 40 }, (_, n) => claim(`a wrong token ${n}`, '192.0.2.1'));
    const codes = (await Promise.all(guesses)).map(({ problem }) => problem.code);
    expect(codes.filter((code) => code === 'setup_token_invalid')).toHaveLength(30);
    expect(codes.filter((code) => code === 'rate_limited')).toHaveLength(10);
    expect((await claim(SETUP_TOKEN, '192.0.2.1')).problem).toMatchObject({
      code: 'rate_limited',
      detail: expect.stringMatching(/^Too many wrong set-up tokens\. Try again in \d+ second/),
    });
    await app.services.db.execute(`update attempt set count = 1000 where key like 'setup/all:%'`);
    expect((await claim(SETUP_TOKEN, '192.0.2.2')).problem.code).toBe('rate_limited');
    await app.services.db.execute('delete from attempt');
  });

  it('gets one owner and one organization from twenty claims at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        visitor.post<Claimed>('/v1/setup', { ...BODY, email: `ada${n}@example.com` }),
      ),
    );
    const [claimed, ...more] = answers.filter(({ status }) => status === 201);
    expect(more).toEqual([]);
    const others = answers.filter((answer) => answer !== claimed);
    expect(new Set(others.map(({ problem }) => problem.code))).toEqual(new Set(['already_set_up']));
    const { db } = app.services;
    expect([await db.$count(user), await db.$count(member), await db.$count(organization)]).toEqual(
      [1, 1, 1],
    );
    const cookies = claimed?.headers.getSetCookie() ?? [];
    const { body } = await withCookies(app, cookies).get<Identity>('/v1/whoami');
    expect(body.member).toMatchObject({ roleId: 'role_owner', name: OWNER.name });
    expect(body.organization).toMatchObject({
      name: 'Acme & Söhne',
      slug: 'acme-sohne',
      plan: 'free',
    });
    expect(cookies.join()).toMatch(/httponly/i);
    expect(cookies.join()).toMatch(/samesite=lax/i);
  });

  it('has written down who claimed it', async () => {
    const [owner] = await app.services.db.select().from(member);
    const organizationId = owner?.organizationId ?? '';
    expect(await auditEvents(app, organizationId)).toMatchObject([
      {
        actor: { type: 'member', memberId: owner?.id },
        action: 'organization.create',
        target: { type: 'organization', id: organizationId },
        before: null,
        ip: '127.0.0.1',
      },
    ]);
    expect(await findBrokenLink(app, organizationId)).toBeUndefined();
  });

  it('is closed from then on: 409 with the right token and with a wrong one', async () => {
    expect((await visitor.get('/v1/setup')).body).toEqual({ open: false });
    const before = await readTables(app);
    for (const token of [SETUP_TOKEN, 'a-wrong-setup-token']) {
      const answer = await visitor.post('/v1/setup', { ...BODY, token });
      expect(answer.problem).toMatchObject({ status: 409, code: 'already_set_up' });
      expect(answer.headers.getSetCookie()).toEqual([]);
    }
    expect(await readTables(app)).toEqual(before);
  });
});
