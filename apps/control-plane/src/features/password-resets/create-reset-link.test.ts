import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { auditEvents } from '../../testing/audit-log.ts';
import { addMember, claimedOrganization, type Person } from '../../testing/people.ts';
import { visitor } from '../../testing/sign-in.ts';
import { claimServer, startTestApp, type TestApp } from '../../testing/test-app.ts';
import { createResetLink } from './index.ts';

const NEW_PASSWORD = 'an entirely new password';

let app: TestApp;
let organizationId: string;
let person: Person;

beforeAll(async () => {
  app = await startTestApp();
  await claimServer(app);
  ({ organizationId } = await claimedOrganization(app));
});

beforeEach(async () => {
  person = await addMember(app, organizationId, 'admin');
});

const signIn = (password: string) =>
  visitor(app).post('/api/auth/sign-in/email', { email: person.email, password });

describe('a link that the operator hands over', () => {
  const complete = (link: string) =>
    visitor(app).post('/v1/password-resets/complete', {
      token: link.split('#token=')[1],
      newPassword: NEW_PASSWORD,
    });

  it('changes nothing until it sets the password once, and is written down', async () => {
    const base = 'https://keys.example.com';
    const { link } = await createResetLink(app.services, person.email.toUpperCase(), base, 'req_1');
    expect(link).toMatch(/^https:\/\/keys\.example\.com\/reset-password#token=[\w-]{43}$/);
    expect((await auditEvents(app, organizationId)).at(-1)).toMatchObject({
      action: 'session.create_reset_link',
      actor: { type: 'operator' },
      target: { id: person.memberId },
    });
    expect((await person.client.get('/v1/whoami')).status).toBe(200);
    await app.services.db.execute(
      `update "user" set email_verified = false where id = '${person.userId}'`,
    );
    expect((await complete(link)).status).toBe(204);
    expect((await person.client.get('/v1/whoami')).status).toBe(401);
    expect((await signIn(NEW_PASSWORD)).status).toBe(200);
    expect((await complete(link)).problem.code).toBe('password_reset_invalid');
    const { rows } = await app.services.db.execute(
      `select email_verified as is from "user" where id = '${person.userId}'`,
    );
    // The person who was given the link may not be able to read mail at that address.
    expect(rows).toEqual([{ is: false }]);
  });

  it('is for an account of this server', async () => {
    const made = createResetLink(app.services, 'nobody@example.com', 'http://x', 'req_1');
    await expect(made).rejects.toMatchObject({ code: 'not_found' });
  });
});
