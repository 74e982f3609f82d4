import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import type pg from 'pg';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { session, verification } from '../../db/schema/index.ts';
import { auditEvents, refuseAuditEvents } from '../../testing/audit-log.ts';
import { enrolTotp } from '../../testing/enrol-totp.ts';
import { addMember, claimedOrganization, PASSWORD, type Person } from '../../testing/people.ts';
import { cookiesOf, visitor } from '../../testing/sign-in.ts';
import { readTables } from '../../testing/tables.ts';
import { claimServer, startTestApp, type TestApp } from '../../testing/test-app.ts';
import { whileHeld } from '../../testing/while-held.ts';
import { resetPasswordByOperator, resetSecondFactorsByOperator } from './index.ts';

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

function signIn(password: string) {
  const body = { email: person.email, password };
  return visitor(app).post<{ twoFactorRedirect?: boolean }>('/api/auth/sign-in/email', body);
}

describe('a password that the operator resets', () => {
  it('opens what the former one opened, ends every session, and is written down', async () => {
    await resetPasswordByOperator(app.services, person.email.toUpperCase(), NEW_PASSWORD, 'req_1');

    expect((await person.client.get('/v1/whoami')).status).toBe(401);
    expect((await signIn(PASSWORD)).status).toBe(401);
    expect((await signIn(NEW_PASSWORD)).status).toBe(200);
    const events = await auditEvents(app, organizationId);
    expect(events.filter(({ action }) => action === 'session.reset_password')).toMatchObject([
      { actor: { type: 'operator' }, target: { type: 'member', id: person.memberId } },
    ]);
  });

  it('waits for a sign-in that is being committed, and ends its session too', async () => {
    const signInMeanwhile = async (holder: pg.Client) => {
      const { userId } = person;
      await holder.query('select 1 from "user" where id = $1 for no key update', [userId]);
      const opened = `insert into session (id, expires_at, token, user_id)
        values ($1, now() + interval '1 day', $1, $2)`;
      await holder.query(opened, [randomUUID(), userId]);
    };
    await whileHeld(app.database, signInMeanwhile, () =>
      resetPasswordByOperator(app.services, person.email, NEW_PASSWORD, 'req_1'),
    );

    expect(await app.services.db.$count(session, eq(session.userId, person.userId))).toBe(0);
  });

  it('ends a device login that the former session approved', async () => {
    const begun = await visitor(app).post<{ device_code: string; user_code: string }>(
      '/api/auth/device/code',
      { client_id: 'tollkeeper-cli' },
    );
    const { device_code, user_code } = begun.body;
    await person.client.get(`/api/auth/device?user_code=${user_code}`);
    await person.client.post('/api/auth/device/approve', { userCode: user_code });
    await resetPasswordByOperator(app.services, person.email, NEW_PASSWORD, 'req_1');
    const fetched = await visitor(app).post('/api/auth/device/token', {
      client_id: 'tollkeeper-cli',
      grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
      device_code,
    });
    expect(fetched.status).toBe(422);
    expect(cookiesOf(fetched)).toBe('');
  });

  it('still needs the second factor, on devices that were trusted as well', async () => {
    await enrolTotp(app, person.client, PASSWORD);
    const { db } = app.services;
    const trusted = {
      id: person.userId,
      identifier: 'trust-device-1',
      value: person.userId,
      expiresAt: new Date(Date.now() + 60_000),
    };
    await db.insert(verification).values(trusted);

    await resetPasswordByOperator(app.services, person.email, NEW_PASSWORD, 'req_1');

    const left = await db.select().from(verification);
    expect(left.filter(({ value }) => value === person.userId)).toEqual([]);
    expect((await signIn(NEW_PASSWORD)).body.twoFactorRedirect).toBe(true);
  });

  it.each([
    ['an account that is not there', 'nobody@example.com', NEW_PASSWORD, 'not_found'],
    ['a password that is too short', undefined, 'short', 'validation_failed'],
    ['a password that is too long', undefined, 'x'.repeat(129), 'validation_failed'],
  ])('is refused for %s', async (_what, email, password, code) => {
    const before = await readTables(app);
    const reset = resetPasswordByOperator(app.services, email ?? person.email, password, 'req_1');
    await expect(reset).rejects.toMatchObject({ code });
    expect(await readTables(app)).toEqual(before);
  });

  it('stays as it is when the event cannot be written', async () => {
    const restore = await refuseAuditEvents(app);
    const reset = resetPasswordByOperator(app.services, person.email, NEW_PASSWORD, 'req_1');
    await expect(reset).rejects.toThrow();
    await restore();
    expect((await person.client.get('/v1/whoami')).status).toBe(200);
    expect((await signIn(PASSWORD)).status).toBe(200);
  });
});

it('second factors that the operator removes are asked for no more, and it is written down', async () => {
  await enrolTotp(app, person.client, PASSWORD);
  await resetSecondFactorsByOperator(app.services, person.email, 'req_1');

  expect((await person.client.get('/v1/whoami')).status).toBe(401);
  const answer = await signIn(PASSWORD);
  expect(answer.status).toBe(200);
  expect(answer.body.twoFactorRedirect).toBeUndefined();
  const events = await auditEvents(app, organizationId);
  expect(events.filter(({ action }) => action === 'session.reset_second_factors')).toMatchObject([
    { actor: { type: 'operator' }, target: { id: person.memberId } },
  ]);
});
