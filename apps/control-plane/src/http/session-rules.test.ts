import { type Identity, type InvitationWithLink, type Route, routes } from '@tollkeeper/contract';
import { beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { type Client, createClient } from '../testing/client.ts';
import { inOrganization, tokenOf } from '../testing/join.ts';
import {
  addMember,
  addOrganization,
  claimedOrganization,
  openSession,
  type Person,
  setMemberStatus,
} from '../testing/people.ts';
import { type Query, queryDatabase } from '../testing/query-database.ts';
import { visitor } from '../testing/sign-in.ts';
import { readTables } from '../testing/tables.ts';
import { claimServer, startTestApp, type TestApp } from '../testing/test-app.ts';
import { AUTH_ENDPOINTS } from './auth-endpoints.ts';

interface Open {
  readonly method: string;
  readonly path: string;
  readonly withoutSecondFactor?: boolean | undefined;
}

/** Every route of both prefixes that accepts a session and refuses what comes without one. */
const needing: Open[] = [
  ...Object.values<Route>(routes)
    .filter(({ access }) => access !== 'public')
    .map((route) => ({
      ...route,
      path: route.path.replace(/\{\w+\}/g, 'key_7dQx0mJ2vK4tR9sZ1aBc'),
    })),
  ...AUTH_ENDPOINTS.filter(({ session }) => session === 'allowed' || session === 'recent').map(
    (endpoint) => ({ ...endpoint, path: `/api/auth/${endpoint.name}` }),
  ),
];
const needingFactor = needing.filter((open) => !open.withoutSecondFactor);
const named = (open: Open) => [`${open.method} ${open.path}`, open] as const;
/** Those that use a session if there is one, and else do without. */
const optional = AUTH_ENDPOINTS.filter(({ session }) => session === 'optional').map((endpoint) => ({
  ...endpoint,
  path: `/api/auth/${endpoint.name}${endpoint.name === 'device' ? '?user_code=ABCDEFGH' : ''}`,
}));

let app: TestApp;
let query: Query;
let organizationId: string;
let person: Person;

beforeAll(async () => {
  app = await startTestApp();
  query = queryDatabase(app.database);
  await claimServer(app);
  ({ organizationId } = await claimedOrganization(app));
  person = await addMember(app, organizationId, 'admin');
});

beforeEach(async () => {
  await query('delete from attempt');
});

/** What every table holds, where nothing but calls comes between two tests. */
let stored: Awaited<ReturnType<typeof readTables>> | undefined;

async function startOver(): Promise<void> {
  stored = undefined;
  await query(
    `update organization set allowed_ips = '{}', two_factor_required = false, session_hours_max = 168`,
  );
  await query('update session set signed_in_at = now()');
  await setMemberStatus(app, person.memberId, 'active');
}

async function call({ method, path }: Open, client = person.client) {
  const body = method === 'GET' || method === 'DELETE' ? undefined : '{}';
  const before = stored ?? (await readTables(app));
  const answer = await client.raw(method, path, body, { 'content-type': 'application/json' });
  stored = await readTables(app);
  expect(stored, 'something changed').toEqual(before);
  return answer.problem.code;
}

const rules = [
  ['past its hours', 'unauthenticated', () => endHours()],
  ['from another network', 'ip_not_allowed', () => restrict(`allowed_ips = '{192.0.2.0/24}'`)],
  [
    'of a suspended member',
    'member_suspended',
    () => setMemberStatus(app, person.memberId, 'suspended'),
  ],
] as const;

const endHours = () => query(`update session set signed_in_at = now() - interval '169 hours'`);
const restrict = (set: string) => query(`update organization set ${set}`);

describe.each(rules)('a session %s', (_what, code, arrange) => {
  beforeAll(async () => {
    await startOver();
    await arrange();
  });

  it.each(needing.map(named))('is refused by %s', async (_name, open) => {
    expect(await call(open)).toBe(code);
  });

  it.each(optional.map(named))('counts for nothing at %s', async (_name, open) => {
    const ask = async (client: Person['client']) => {
      const body = open.method === 'GET' ? undefined : '{"code":"000000"}';
      const type = { 'content-type': 'application/json' };
      const { status, body: answer } = await client.raw<object>(open.method, open.path, body, type);
      return { status, answer: Object.keys(answer), userIsKnown: 'user' in answer };
    };
    expect(await ask(person.client)).toEqual(await ask(visitor(app)));
  });

  it('can be ended', async () => {
    const other = await openSession(app, person.email);
    await arrange();
    expect((await other.post('/api/auth/sign-out', {})).status).toBe(200);
  });
});

describe('a session without the second factor that is required', () => {
  beforeAll(async () => {
    await startOver();
    await restrict('two_factor_required = true');
  });

  it.each(needingFactor.map(named))('is refused by %s', async (_name, open) => {
    expect(await call(open)).toBe('two_factor_required');
  });

  it.each(needing.filter((open) => open.withoutSecondFactor).map(named))(
    'is accepted by %s',
    async (_name, { method, path }) => {
      const body = method === 'GET' ? undefined : '{}';
      const type = { 'content-type': 'application/json' };
      const other = await addMember(app, organizationId, 'admin');
      const answer = await other.client.raw<object>(method, path, body, type);
      expect('code' in answer.body ? answer.problem.code : undefined).not.toBe(
        'two_factor_required',
      );
    },
  );
});

describe('a person in several organizations', () => {
  beforeEach(startOver);

  it('is held to the shortest length of all, and to the other rules of one', async () => {
    const other = await addOrganization(app, 'Other');
    const both = await addMember(app, organizationId, 'admin', other.owner);
    const list = () => both.client.get('/api/auth/passkey/list-user-passkeys');
    const set = (id: string, what: string) =>
      query(`update organization set ${what} where id = $1`, [id]);
    await set(organizationId, `allowed_ips = '{192.0.2.0/24}'`);
    expect((await list()).status).toBe(200);
    await set(other.organizationId, 'two_factor_required = true');
    expect((await both.client.get('/api/auth/device?user_code=ABCDEFGH')).status).toBe(422);
    expect((await both.client.post('/api/auth/device/deny', {})).problem.code).toBe(
      'two_factor_required',
    );
    await set(organizationId, `allowed_ips = '{}'`);
    await set(organizationId, 'session_hours_max = 1');
    expect((await list()).status).toBe(200);
    await query(`update session set signed_in_at = now() - interval '2 hours'`);
    expect((await list()).problem.code).toBe('unauthenticated');
  });
});

describe('accepting an invitation by session, at the only public route that reads one', () => {
  beforeEach(startOver);

  async function accept() {
    const other = await addOrganization(app, 'Elsewhere');
    const invited = await other.owner.client.post<InvitationWithLink>('/v1/invitations', {
      email: person.email,
      roleId: 'role_viewer',
    });
    const answer = await person.client.post('/v1/invitations/accept', {
      token: tokenOf(invited.body),
    });
    onTestFinished(async () => {
      await query('delete from member where organization_id = $1 and user_id = $2', [
        other.organizationId,
        person.userId,
      ]);
    });
    return { ...answer, organizationId: other.organizationId };
  }

  it('is refused to a session past its hours, or from another network', async () => {
    await restrict(`allowed_ips = '{192.0.2.0/24}'`);
    await query(`update organization set allowed_ips = '{}' where id <> $1`, [organizationId]);
    expect((await accept()).problem.code).toBe('ip_not_allowed');
    await restrict(`allowed_ips = '{}'`);
    await query(
      `update session set signed_in_at = now() - interval '169 hours' where user_id = $1`,
      [person.userId],
    );
    expect((await accept()).problem.code).toBe('unauthenticated');
  });

  it('is refused to a session without the second factor that is required', async () => {
    await restrict('two_factor_required = true');
    await query('update organization set two_factor_required = false where id <> $1', [
      organizationId,
    ]);
    const { problem, organizationId: elsewhere } = await accept();
    expect(problem.code).toBe('two_factor_required');
    expect(
      await query('select id from member where organization_id = $1 and user_id = $2', [
        elsewhere,
        person.userId,
      ]),
    ).toEqual([]);
  });

  it('gives no access where the organization joined requires a second factor', async () => {
    const accepted = await accept();
    expect(accepted.status).toBe(201);
    await query('update organization set two_factor_required = true where id = $1', [
      accepted.organizationId,
    ]);
    const joined = inOrganization(app, person.client, accepted.organizationId);
    const type = { 'content-type': 'application/json' };
    for (const { method, path } of needingFactor.filter(({ path }) => path.startsWith('/v1/'))) {
      const body = method === 'GET' ? undefined : '{}';
      const { problem } = await joined.raw(method, path, body, type);
      expect(problem.code, `${method} ${path}`).toBe('two_factor_required');
    }
  });

  it('is open to a person whom every organization of theirs has suspended', async () => {
    await setMemberStatus(app, person.memberId, 'suspended');
    const accepted = await accept();
    expect(accepted.status).toBe(201);
    const whoami = (client: Client) => client.get<Identity>('/v1/whoami');
    const { body } = await whoami(person.client);
    expect(body.organization.id).toBe(accepted.organizationId);
    const suspended = await whoami(inOrganization(app, person.client, organizationId));
    expect(suspended.problem.code).toBe('member_suspended');
  });
});

describe('a sign-in that is older than ten minutes', () => {
  beforeEach(startOver);

  const sensitive = AUTH_ENDPOINTS.filter(({ session }) => session === 'recent').map(
    (endpoint) => ({
      ...endpoint,
      path: `/api/auth/${endpoint.name}`,
    }),
  );

  it.each(sensitive.map(named))('is too old for %s', async (_name, open) => {
    await query(`update session set authenticated_at = now() - interval '601 seconds'`);
    expect(await call(open)).toBe('recent_sign_in_required');
    await query('update session set authenticated_at = now()');
  });

  it('is one in the future as well, by a clock that was ahead', async () => {
    await query(`update session set authenticated_at = now() + interval '601 seconds'`);
    const open = sensitive.find(({ name }) => name === 'two-factor/enable');
    expect(open && (await call(open))).toBe('recent_sign_in_required');
    await query('update session set authenticated_at = now()');
  });

  it.each(sensitive.map(named))('is too weak by password for %s', async (_name, open) => {
    await query('update "user" set two_factor_enabled = true where id = $1', [person.userId]);
    expect(await call(open)).toBe('recent_sign_in_required');
    await query('update "user" set two_factor_enabled = false where id = $1', [person.userId]);
  });
});

describe('signing out everywhere', () => {
  beforeEach(startOver);

  it('ends the devices that skip the second factor, sign-ins that wait for it, and device logins', async () => {
    const { userId, email } = person;
    const other = await openSession(app, email);
    await query(
      `insert into verification (id, identifier, value, expires_at)
       values ('v1', 'trust-device-x', $1, now() + interval '1 day'),
         ('v2', '2fa-x', $1, now() + interval '10 minutes')`,
      [userId],
    );
    const begun = await createClient(app.baseUrl, {}).post<{ user_code: string }>(
      '/api/auth/device/code',
      { client_id: 'tollkeeper-cli' },
    );
    await other.get(`/api/auth/device?user_code=${begun.body.user_code}`);
    await other.post('/api/auth/device/approve', { userCode: begun.body.user_code });
    expect((await other.post('/api/auth/revoke-sessions', {})).status).toBe(200);
    expect(await query('select id from verification where value = $1', [userId])).toEqual([]);
    expect(await query('select id from device_code')).toEqual([]);
  });
});
