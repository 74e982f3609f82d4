import { randomUUID } from 'node:crypto';
import { hashPassword } from 'better-auth/crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { addMember, addOrganization, PASSWORD, type Person } from '../../testing/people.ts';
import { startOrganization, type TestOrganization } from '../../testing/start-organization.ts';
import { OWNER } from '../../testing/test-app.ts';
import { recordApprover } from './device-approval.ts';
import { trimSessions } from './end-access.ts';
import { isPasswordOf, setPassword } from './password.ts';
import { recordSignInFailures } from './sign-in-failures.ts';

let app: TestOrganization['app'];
let query: TestOrganization['query'];
let one: Person;
let other: Person;

beforeAll(async () => {
  ({ app, query } = await startOrganization());
  const { organizationId } = await addOrganization(app, 'Home');
  one = await addMember(app, organizationId, 'developer');
  other = await addMember(app, organizationId, 'developer');
});

describe('a password', () => {
  it('is right for its own account alone', async () => {
    const { db } = app.services;
    expect(await isPasswordOf(db, one.userId, PASSWORD)).toBe(true);
    expect(await isPasswordOf(db, one.userId, OWNER.password)).toBe(false);
    expect(await isPasswordOf(db, one.userId, '')).toBe(false);
    expect(await isPasswordOf(db, randomUUID(), PASSWORD)).toBe(false);
  });

  it('is never right for an account that has none', async () => {
    const { organizationId } = await addOrganization(app, 'Without');
    const { userId } = await addMember(app, organizationId, 'viewer');
    await query('update account set password = null where user_id = $1', [userId]);
    expect(await isPasswordOf(app.services.db, userId, PASSWORD)).toBe(false);
  });

  it('is set for its own account alone', async () => {
    const { db, clock } = app.services;
    const hash = await hashPassword('an entirely new passphrase');
    await db.transaction((tx) => setPassword(tx, one.userId, hash, clock()));
    expect(await isPasswordOf(db, one.userId, 'an entirely new passphrase')).toBe(true);
    expect(await isPasswordOf(db, other.userId, PASSWORD)).toBe(true);
  });
});

it('ends too many sessions of one account, and none of another', async () => {
  const { userId } = one;
  await query(
    `insert into session (id, token, user_id, expires_at, created_at)
     select 's' || n, 't' || n, $1, now() + interval '1 day', now() + n * interval '1 minute'
     from generate_series(1, 100) n`,
    [userId],
  );
  await trimSessions(app.services.db, userId);
  expect(await query('select 1 from session where user_id = $1', [userId])).toHaveLength(100);
  expect((await other.client.get('/v1/whoami')).status).toBe(200);
});

it('tells each account of its own failed sign-ins', async () => {
  for (const [{ userId }, count] of [
    [one, 3],
    [other, 5],
  ] as const) {
    await query(
      `insert into sign_in_failure (user_id, minute, count)
       values ($1, date_trunc('minute', now() - interval '5 minutes'), $2)`,
      [userId, count],
    );
  }
  await recordSignInFailures(app.services);
  const events = await query<{ id: string; count: number }>(
    `select target ->> 'id' as id, (after ->> 'count')::int as count from audit_event
     where action = 'session.sign_in_failed'`,
  );
  expect(new Map(events.map(({ id, count }) => [id, count]))).toEqual(
    new Map([
      [one.memberId, 3],
      [other.memberId, 5],
    ]),
  );
});

it('notes with a device login only who approved it', async () => {
  await query(
    `insert into device_code (id, device_code, user_code, user_id, expires_at, status)
     values ('1', 'device', 'ABCDEFGH', $1, now() + interval '1 hour', 'approved')`,
    [one.userId],
  );
  const at = new Date();
  const session = { factors: ['password'], signedInAt: at, authenticatedAt: at };
  const approve = (userId: string) =>
    app.services.db.transaction((tx) => {
      const approver = { userId, session } as unknown as Parameters<typeof recordApprover>[2];
      return recordApprover(tx, 'ABCD-EFGH', approver);
    });
  const factors = () => query('select factors from device_code');
  await approve(other.userId);
  expect(await factors()).toEqual([{ factors: null }]);
  await approve(one.userId);
  expect(await factors()).toEqual([{ factors: ['password'] }]);
});
