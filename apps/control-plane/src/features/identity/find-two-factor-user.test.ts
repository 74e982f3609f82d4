import { expect, it } from 'vitest';
import { enrolTotp } from '../../testing/enrol-totp.ts';
import { addMember, claimedOrganization, PASSWORD } from '../../testing/people.ts';
import { cookiesOf, visitor } from '../../testing/sign-in.ts';
import { claimServer, SESSION_SECRET, startTestApp } from '../../testing/test-app.ts';
import { createAuth } from './auth.ts';
import { findTwoFactorUser } from './find-user.ts';

it('a sign-in that waits for its code is found by a signed cookie alone', async () => {
  const app = await startTestApp();
  await claimServer(app);
  const { organizationId } = await claimedOrganization(app);
  const { userId, email, client } = await addMember(app, organizationId, 'viewer');
  await enrolTotp(app, client, PASSWORD);
  const begun = await visitor(app).post('/api/auth/sign-in/email', { email, password: PASSWORD });
  const cookie = cookiesOf(begun);
  const { db, log, clock } = app.services;
  const secret = SESSION_SECRET;
  const auth = createAuth({ db, baseUrl: 'http://127.0.0.1', secret, log, clock });

  expect(await findTwoFactorUser(auth, cookie)).toBe(userId);
  const [, value = ''] = /two_factor=([^;]+)/.exec(cookie) ?? [];
  const [identifier = '', signature = ''] = value.split('.');
  const forged = (text: string) => cookie.replace(value, text);
  const otherLetter = signature.startsWith('A') ? 'B' : 'A';
  for (const text of [
    identifier,
    `${identifier}.x`,
    `${identifier}.${otherLetter}${signature.slice(1)}`,
    `x${identifier}.${signature}`,
  ]) {
    expect(await findTwoFactorUser(auth, forged(text)), text).toBeUndefined();
  }
});
