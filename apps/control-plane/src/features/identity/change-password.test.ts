import { beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '../../testing/client.ts';
import { cookiesOf, visitor } from '../../testing/sign-in.ts';
import { claimServer, OWNER, startTestApp, type TestApp } from '../../testing/test-app.ts';

const NEW_PASSWORD = 'an entirely new password';

let app: TestApp;
let owner: Client;

beforeAll(async () => {
  app = await startTestApp();
  owner = await claimServer(app);
});

describe('changing the password', () => {
  it('needs the old one, and changes nothing without it', async () => {
    const body = { currentPassword: 'not the password', newPassword: NEW_PASSWORD };
    const { problem } = await owner.post('/api/auth/change-password', body);
    expect([problem.status, problem.detail]).toEqual([422, 'The password is wrong.']);
    expect((await owner.get('/v1/whoami')).status).toBe(200);
  });

  it('takes no new one of fewer than twelve characters', async () => {
    const body = { currentPassword: OWNER.password, newPassword: 'eleven char' };
    expect((await owner.post('/api/auth/change-password', body)).status).toBe(422);
    expect((await owner.get('/v1/whoami')).status).toBe(200);
  });

  it('ends the other sessions, keeps this one, and accepts only the new password', async () => {
    const { email, password } = OWNER;
    const signIn = (given: string) =>
      visitor(app).post('/api/auth/sign-in/email', { email, password: given });
    const other = visitor(app, cookiesOf(await signIn(password)));
    const changed = await owner.post('/api/auth/change-password', {
      currentPassword: password,
      newPassword: NEW_PASSWORD,
      revokeOtherSessions: true,
    });
    expect([changed.status, changed.body]).toEqual([200, {}]);
    expect((await other.get('/v1/whoami')).status).toBe(401);
    expect((await visitor(app, cookiesOf(changed)).get('/v1/whoami')).status).toBe(200);
    expect((await signIn(password)).status).toBe(401);
    expect((await signIn(NEW_PASSWORD)).status).toBe(200);
  });
});
