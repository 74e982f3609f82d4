/** A session that loses the right to an answer while the answer is made. */
import type { ErrorCode } from '@tollkeeper/contract';
import { beforeAll, beforeEach, expect, it } from 'vitest';
import type { Answer, Client } from '../testing/client.ts';
import { makeKey, type TestKey } from '../testing/keys.ts';
import { addMember, choosePlan, claimedOrganization, type Person } from '../testing/people.ts';
import { claimServer, startTestApp, type TestApp } from '../testing/test-app.ts';
import { whileHeld } from '../testing/while-held.ts';

/** What the answer reads, and no change below needs. */
const HOLD = 'lock table join_key in access exclusive mode';

const HOUR_MS = 3_600_000;

let now = new Date();
let app: TestApp;
let owner: Client;
let person: Person;

beforeAll(async () => {
  app = await startTestApp({ clock: () => now });
  owner = await claimServer(app);
  await choosePlan(app, 'enterprise');
});

beforeEach(async () => {
  const { organizationId } = await claimedOrganization(app);
  person = await addMember(app, organizationId, 'viewer');
  // From here on, no request needs to note again when the member was last seen.
  await person.client.get('/v1/whoami');
});

function askMeanwhile(meanwhile: () => Promise<unknown>): Promise<Answer> {
  return whileHeld(
    app.database,
    (holder) => holder.query(HOLD),
    () => person.client.get('/v1/join-keys'),
    meanwhile,
  );
}

const given = async (change: Promise<Answer>) => expect((await change).status).toBeLessThan(300);

const LOSSES: readonly [string, () => Promise<void>, ErrorCode][] = [
  [
    'was suspended',
    () => given(owner.post(`/v1/members/${person.memberId}/suspend`)),
    'member_suspended',
  ],
  [
    'lost the scope',
    () => given(owner.patch(`/v1/members/${person.memberId}`, { roleId: 'role_billing' })),
    'insufficient_scope',
  ],
];

it.each(LOSSES)('gets no answer whose member %s', async (_what, lose, code) => {
  expect((await askMeanwhile(lose)).problem?.code).toBe(code);
});

it.each(['session', 'key'])(
  'gets none by %s that shows what only a scope lost meanwhile could show',
  async (by) => {
    const scopes = ['api_keys.read', 'api_keys.manage_all', 'api_keys.create'];
    const role = await owner.post<{ id: string }>('/v1/roles', {
      name: `Reads all by ${by}`,
      scopes,
    });
    await given(owner.patch(`/v1/members/${person.memberId}`, { roleId: role.body.id }));
    const key = await makeKey(app, person.client, { scopes });
    const client = by === 'key' ? key.client : person.client;
    await client.get('/v1/whoami');

    const answer = await whileHeld(
      app.database,
      (holder) => holder.query('lock table key_total in access exclusive mode'),
      () => client.get('/v1/api-keys/stats'),
      () => given(owner.patch(`/v1/roles/${role.body.id}`, { scopes: ['api_keys.read'] })),
    );

    expect([answer.status, answer.problem?.code]).toEqual([503, 'unavailable']);
    expect((await client.get('/v1/api-keys/stats')).status).toBe(200);
  },
);

const KEY_ENDS: readonly [string, (key: TestKey) => Promise<unknown>, ErrorCode][] = [
  ['is revoked', ({ id }) => given(owner.post(`/v1/api-keys/${id}/revoke`, {})), 'revoked'],
  [
    'expires',
    async () => {
      now = new Date(now.getTime() + HOUR_MS);
    },
    'expired',
  ],
];

it.each(KEY_ENDS)('gets none by a key that %s meanwhile', async (_how, end, code) => {
  const expiresAt = new Date(now.getTime() + HOUR_MS).toISOString();
  const key = await makeKey(app, owner, { scopes: ['fleet.read'], expiresAt });
  const answer = await whileHeld(
    app.database,
    (holder) => holder.query(HOLD),
    () => key.client.get('/v1/join-keys'),
    () => end(key),
  );
  expect([answer.status, answer.problem?.code]).toEqual([401, code]);
});

it('gets none after it was signed out, where the answer took long', async () => {
  const signOut = () => given(person.client.post('/api/auth/sign-out', {}));
  const answer = await askMeanwhile(async () => {
    await signOut();
    now = new Date(now.getTime() + 100);
  });
  expect([answer.status, answer.problem?.code]).toEqual([401, 'unauthenticated']);
});

it('gets no refusal that says what exists after it was signed out, where that took long', async () => {
  const answer = await whileHeld(
    app.database,
    (holder) => holder.query('lock table gateway in access exclusive mode'),
    () => person.client.get(`/v1/gateways/gw_${'0'.repeat(20)}`),
    async () => {
      await given(person.client.post('/api/auth/sign-out', {}));
      now = new Date(now.getTime() + 100);
    },
  );
  expect([answer.status, answer.problem?.code]).toEqual([401, 'unauthenticated']);
});

it('gets one that took long while it runs, whatever else changed', async () => {
  const answer = await askMeanwhile(async () => {
    await given(owner.patch('/v1/organization', { name: 'Another name' }));
    now = new Date(now.getTime() + 100);
  });
  expect(answer.status).toBe(200);
});
