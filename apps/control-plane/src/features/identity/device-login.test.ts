import type { Identity } from '@tollkeeper/contract';
import { beforeAll, describe, expect, it } from 'vitest';
import { deviceCode, session } from '../../db/schema/index.ts';
import { type Client, createClient } from '../../testing/client.ts';
import { cookiesOf, visitor } from '../../testing/sign-in.ts';
import { claimServer, startTestApp, type TestApp } from '../../testing/test-app.ts';

interface Begun {
  readonly device_code: string;
  readonly user_code: string;
  readonly verification_uri_complete: string;
}

const CLIENT = { client_id: 'tollkeeper-cli' };
const GRANT = { ...CLIENT, grant_type: 'urn:ietf:params:oauth:grant-type:device_code' };

let app: TestApp;
let owner: Client;
let program: Client;

beforeAll(async () => {
  app = await startTestApp();
  owner = await claimServer(app);
  program = createClient(app.baseUrl, {});
});

async function begin(): Promise<Begun> {
  const begun = await program.post<Begun>('/api/auth/device/code', CLIENT);
  expect(begun.status).toBe(200);
  return begun.body;
}

/** The poller waits between two questions; the test lets that time have passed. */
async function poll({ device_code }: Begun) {
  await app.services.db.update(deviceCode).set({ lastPolledAt: null });
  return program.post('/api/auth/device/token', { ...GRANT, device_code });
}

describe('a device login', () => {
  it('gives nothing before it is approved, and says that it waits', async () => {
    const answer = await poll(await begin());
    expect(answer.problem).toMatchObject({ code: 'device_login', state: 'authorization_pending' });
  });

  it('gives a session of the member who approved, as a signed cookie and never in the body', async () => {
    const begun = await begin();
    expect(begun.verification_uri_complete).toContain(begun.user_code);
    await owner.get(`/api/auth/device?user_code=${begun.user_code}`);
    const approved = await owner.post('/api/auth/device/approve', { userCode: begun.user_code });
    expect(approved.status).toBe(200);
    const answer = await poll(begun);
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({});
    const me = await visitor(app, cookiesOf(answer)).get<Identity>('/v1/whoami');
    expect(me.body.member.email).toBe('ada@example.com');
    expect((await poll(begun)).status).toBe(422);
  });

  it('gives a session that is no better and no newer than the one that approved it', async () => {
    const before = new Date(Date.now() - 60_000);
    const approvers = {
      ...{ factors: ['passkey' as const], signedInAt: new Date(before.getTime() - 60_000) },
      authenticatedAt: before,
    };
    await app.services.db.update(session).set(approvers);
    const begun = await begin();
    await owner.get(`/api/auth/device?user_code=${begun.user_code}`);
    await owner.post('/api/auth/device/approve', { userCode: begun.user_code });
    const device = visitor(app, cookiesOf(await poll(begun)));
    const [mine, theirs] = await Promise.all(
      [owner, device].map(async (each) => (await each.get<Identity>('/v1/whoami')).body.session),
    );
    expect(mine).toMatchObject({ factors: ['passkey'], authenticatedAt: before.toISOString() });
    expect(theirs).toEqual(mine);
  });

  it('is approved only soon after a sign-in, so that its session can do all that a recent one can', async () => {
    const { db } = app.services;
    const begun = await begin();
    await owner.get(`/api/auth/device?user_code=${begun.user_code}`);
    await db.update(session).set({ authenticatedAt: new Date(Date.now() - 601_000) });
    const refused = await owner.post('/api/auth/device/approve', { userCode: begun.user_code });
    expect(refused.problem).toMatchObject({ status: 403, code: 'recent_sign_in_required' });
    expect((await poll(begun)).problem).toMatchObject({ state: 'authorization_pending' });
    await db.update(session).set({ authenticatedAt: new Date() });
  });

  it('gives nothing once it is denied', async () => {
    const begun = await begin();
    await owner.get(`/api/auth/device?user_code=${begun.user_code}`);
    await owner.post('/api/auth/device/deny', { userCode: begun.user_code });
    expect((await poll(begun)).problem).toMatchObject({
      code: 'device_login',
      state: 'access_denied',
    });
  });

  it('is approved only by a session, from our own pages', async () => {
    const begun = await begin();
    const stranger = await visitor(app).post('/api/auth/device/approve', {
      userCode: begun.user_code,
    });
    expect(stranger.status).toBe(401);
    const forged = await createClient(app.baseUrl, {
      cookie: owner.headers.cookie ?? '',
      origin: 'https://evil.example',
    }).post('/api/auth/device/approve', { userCode: begun.user_code });
    expect(forged.status).toBe(403);
  });

  it('is begun by no other client', async () => {
    expect(
      (await program.post('/api/auth/device/code', { client_id: 'someone-else' })).status,
    ).toBe(422);
  });
});
