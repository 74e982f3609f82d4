import { eq, gt } from 'drizzle-orm';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { attempt, signInFailure } from '../../db/schema/index.ts';
import { auditEvents, findBrokenLink, refuseAuditEvents } from '../../testing/audit-log.ts';
import { type Answer, type Client, createClient } from '../../testing/client.ts';
import { enrolTotp } from '../../testing/enrol-totp.ts';
import {
  addPasskey,
  confirmByPasskey,
  createPasskey,
  signInByPasskey,
} from '../../testing/passkey.ts';
import { addMember, addOrganization, PASSWORD, type Person } from '../../testing/people.ts';
import { cookiesOf, visitor } from '../../testing/sign-in.ts';
import { readTables } from '../../testing/tables.ts';
import { claimServer, startTestApp, type TestApp } from '../../testing/test-app.ts';
import { recordSignInFailures } from './index.ts';

const DEVICE = { client_id: 'tollkeeper-cli' };
const GRANT = { ...DEVICE, grant_type: 'urn:ietf:params:oauth:grant-type:device_code' };
let app: TestApp;
let organizationId: string;

beforeAll(async () => {
  app = await startTestApp();
  await claimServer(app);
  ({ organizationId } = await addOrganization(app, 'Other'));
});

beforeEach(async () => {
  await app.services.db.delete(attempt);
});

type Step = () => Promise<Answer<unknown>>;
const person = () => addMember(app, organizationId, 'admin');
const signIn = ({ email }: Person, password = PASSWORD) =>
  visitor(app).post('/api/auth/sign-in/email', { email, password });

/** What changes how somebody signs in: prepared, and then done by the step that comes back. */
const changes: Readonly<Record<string, () => Promise<Step>>> = {
  'session.sign_in by password': async () => {
    const somebody = await person();
    return () => signIn(somebody);
  },
  'session.sign_in by code': async () => {
    const somebody = await person();
    const { code } = await enrolTotp(app, somebody.client, PASSWORD);
    const half = visitor(app, cookiesOf(await signIn(somebody)));
    return () => half.post('/api/auth/two-factor/verify-totp', { code: code() });
  },
  'session.sign_in by backup code': async () => {
    const somebody = await person();
    const { backupCodes } = await enrolTotp(app, somebody.client, PASSWORD);
    const half = visitor(app, cookiesOf(await signIn(somebody)));
    return () => half.post('/api/auth/two-factor/verify-backup-code', { code: backupCodes[0] });
  },
  'session.sign_in by passkey': async () => {
    const { client } = await person();
    const passkey = createPasskey();
    await addPasskey(app, client, passkey);
    return () => signInByPasskey(app, visitor(app), passkey);
  },
  'session.sign_in by device': async () => {
    const begun = await beginDevice();
    const { client } = await person();
    await client.get(`/api/auth/device?user_code=${begun.user_code}`);
    await client.post('/api/auth/device/approve', { userCode: begun.user_code });
    const { device_code } = begun;
    return () => visitor(app).post('/api/auth/device/token', { ...GRANT, device_code });
  },
  'session.approve_device': async () => {
    const { user_code } = await beginDevice();
    const { client } = await person();
    await client.get(`/api/auth/device?user_code=${user_code}`);
    return () => client.post('/api/auth/device/approve', { userCode: user_code });
  },
  'session.deny_device': async () => {
    const { user_code } = await beginDevice();
    const { client } = await person();
    await client.get(`/api/auth/device?user_code=${user_code}`);
    return () => client.post('/api/auth/device/deny', { userCode: user_code });
  },
  'session.sign_out': async () => {
    const { client } = await person();
    return () => client.post('/api/auth/sign-out', {});
  },
  'session.revoke_all': async () => {
    const { client } = await person();
    return () => client.post('/api/auth/revoke-sessions', {});
  },
  'session.change_password': async () => {
    const { client } = await person();
    return () =>
      client.post('/api/auth/change-password', {
        currentPassword: PASSWORD,
        newPassword: 'an entirely new password',
        revokeOtherSessions: true,
      });
  },
  'session.begin_two_factor': async () => {
    const { client } = await person();
    return () => client.post('/api/auth/two-factor/enable', { password: PASSWORD });
  },
  'session.renew_backup_codes': async () => {
    const { client } = await enrolled();
    return () => client.post('/api/auth/two-factor/generate-backup-codes', { password: PASSWORD });
  },
  'session.disable_two_factor': async () => {
    const { client } = await enrolled();
    return () => client.post('/api/auth/two-factor/disable', { password: PASSWORD });
  },
  'session.add_passkey': async () => {
    const { client } = await person();
    return () => addPasskey(app, client, createPasskey());
  },
  'session.delete_passkey': async () => {
    const { client } = await person();
    const passkey = createPasskey();
    await addPasskey(app, client, passkey);
    const strong = visitor(app, cookiesOf(await confirmByPasskey(app, client, passkey)));
    const list = await strong.get<{ id: string }[]>('/api/auth/passkey/list-user-passkeys');
    return () => strong.post('/api/auth/passkey/delete-passkey', { id: list.body[0]?.id });
  },
  'session.confirm by code': async () => {
    const { client, code } = await enrolled();
    return () => client.post('/v1/session/confirm', { password: PASSWORD, totp: code() });
  },
};
const named = Object.entries(changes);

async function enrolled() {
  const { client } = await person();
  return enrolTotp(app, client, PASSWORD);
}

async function beginDevice() {
  const program: Client = createClient(app.baseUrl, {});
  const { body } = await program.post<{ user_code: string; device_code: string }>(
    '/api/auth/device/code',
    DEVICE,
  );
  return body;
}

/** A challenge that the step asks for itself comes before it, and is worth nothing alone. */
async function settled() {
  const { '"public"."verification"': _challenges, ...tables } = await readTables(app);
  return tables;
}

describe('a change of how somebody signs in', () => {
  it.each(named)('is one audit event, without a secret: %s', async (name, prepare) => {
    const step = await prepare();
    const before = await auditEvents(app, organizationId);
    const answer = await step();
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    const events = (await auditEvents(app, organizationId)).slice(before.length);
    expect(events.map(({ action }) => action)).toEqual([name.split(' ', 1)[0]]);
    expect(await findBrokenLink(app, organizationId)).toBeUndefined();
    const text = JSON.stringify(events);
    for (const secret of [PASSWORD, ...cookiesOf(answer).split(/[=;.]/)]) {
      if (secret.length > 20) expect(text).not.toContain(secret);
    }
  });
});

it('a password is no sign-in as long as a code has to follow', async () => {
  const somebody = await person();
  await enrolTotp(app, somebody.client, PASSWORD);
  const before = await auditEvents(app, organizationId);
  expect((await signIn(somebody)).body).toMatchObject({ twoFactorRedirect: true });
  expect(await auditEvents(app, organizationId)).toEqual(before);
});

describe('a change of how somebody signs in whose event cannot be written', () => {
  let end: () => Promise<unknown>;
  afterEach(async () => {
    await end();
  });

  it.each(named)('does not happen: %s', async (_name, prepare) => {
    const step = await prepare();
    const before = await settled();
    end = await refuseAuditEvents(app);
    const answer = await step();
    expect([answer.status, answer.problem.code]).toEqual([500, 'internal']);
    expect(answer.headers.getSetCookie()).toEqual([]);
    expect(await settled()).toEqual(before);
  });
});

describe('a sign-in of somebody in several organizations', () => {
  it('is an event in each, and in none that was left or deleted', async () => {
    const first = await addOrganization(app, 'First');
    const second = await addOrganization(app, 'Second');
    const both = await addMember(app, first.organizationId, 'viewer', second.owner);
    expect((await signIn(both)).status).toBe(200);
    for (const id of [first.organizationId, second.organizationId]) {
      expect((await auditEvents(app, id)).at(-1)).toMatchObject({
        action: 'session.sign_in',
        after: { factors: ['password'] },
      });
    }
  });
});

describe('failed sign-ins', () => {
  const later = () => new Date(Date.now() + 60_000);

  it('are one event for each account and minute, however many they are', async () => {
    const somebody = await person();
    await app.services.db.delete(signInFailure);
    const startedAt = new Date();
    for (let tries = 0; tries < 5; tries += 1) {
      expect((await signIn(somebody, 'not the password')).status).toBe(401);
    }
    await somebody.client.post('/v1/session/confirm', { password: 'not the password' });
    const before = await auditEvents(app, organizationId);
    await recordSignInFailures({ ...app.services, clock: () => startedAt });
    await recordSignInFailures({ ...app.services, clock: later });
    await recordSignInFailures({ ...app.services, clock: later });
    const events = (await auditEvents(app, organizationId)).slice(before.length);
    const counts = events.map(({ after }) => Number(after?.count));
    expect(events.every(({ action }) => action === 'session.sign_in_failed')).toBe(true);
    expect(counts).toEqual([6]);
    expect(events[0]).toMatchObject({
      actor: { type: 'system' },
      target: { type: 'member', id: somebody.memberId },
    });
  });

  it('are one event at once and then one an hour, however long a stranger goes on', async () => {
    const somebody = await person();
    await app.services.db.delete(signInFailure);
    const start = Math.floor(Date.now() / 60_000) * 60_000;
    const failuresBetween = async (from: number, to: number) => {
      for (let minute = from; minute < to; minute += 1) {
        const at = new Date(start + minute * 60_000);
        await app.services.db
          .insert(signInFailure)
          .values({ userId: somebody.userId, minute: at, count: 2, lastIp: '192.0.2.1' });
        const clock = () => new Date(at.getTime() + 60_000);
        await recordSignInFailures({ ...app.services, clock });
      }
    };
    const before = await auditEvents(app, organizationId);
    const counts = async () =>
      (await auditEvents(app, organizationId))
        .slice(before.length)
        .map(({ after }) => after?.count);
    await failuresBetween(0, 59);
    expect(await counts()).toEqual([2]);
    await failuresBetween(59, 119);
    expect(await counts()).toEqual([2, 118, 118]);
    const clock = () => new Date(start + 300 * 60_000);
    await recordSignInFailures({ ...app.services, clock });
    expect(await app.services.db.select().from(signInFailure)).toEqual([]);
    expect(await counts()).toEqual([2, 118, 118]);
  });

  it('by a wrong code and by a foreign passkey count for the account', async () => {
    const somebody = await person();
    const passkey = createPasskey();
    await addPasskey(app, somebody.client, passkey);
    await enrolTotp(app, cookieOf(await confirmByPasskey(app, somebody.client, passkey)), PASSWORD);
    await app.services.db.delete(signInFailure);
    const half = visitor(app, cookiesOf(await signIn(somebody)));
    await half.post('/api/auth/two-factor/verify-totp', { code: '000000' });
    await half.post('/api/auth/two-factor/verify-backup-code', { code: 'wrong-wrong' });
    const foreign = createPasskey();
    const answer = (challenge: string) => {
      const { id, rawId } = passkey.answer(challenge);
      return { ...foreign.answer(challenge), id, rawId };
    };
    await signInByPasskey(app, visitor(app), { ...foreign, answer });
    const rows = await app.services.db
      .select()
      .from(signInFailure)
      .where(eq(signInFailure.userId, somebody.userId));
    expect(rows.reduce((sum, { count }) => sum + count, 0)).toBe(3);
  });

  it('for an address without an account are a line of the log only', async () => {
    await app.services.db.delete(signInFailure);
    const before = await auditEvents(app, organizationId);
    await visitor(app).post('/api/auth/sign-in/email', {
      email: 'nobody@example.com',
      password: 'a password of nobody',
    });
    await recordSignInFailures({ ...app.services, clock: later });
    expect(await auditEvents(app, organizationId)).toEqual(before);
    expect(app.logged.join('')).toContain('no such account');
    expect(await app.services.db.$count(signInFailure, gt(signInFailure.count, 0))).toBe(0);
  });
});

function cookieOf(answer: Answer<unknown>): Client {
  return visitor(app, cookiesOf(answer));
}
