import {
  INVITATION_BLOCKS,
  type Invitation,
  type InvitationBlock,
  type InvitationWithLink,
} from '@tollkeeper/contract';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '../../testing/client.ts';
import { join, tokenOf } from '../../testing/join.ts';
import { makeKey, type TestKey } from '../../testing/keys.ts';
import { choosePlan } from '../../testing/people.ts';
import { type Query, queryDatabase } from '../../testing/query-database.ts';
import { visitor } from '../../testing/sign-in.ts';
import { claimServer, startTestApp, type TestApp } from '../../testing/test-app.ts';

let app: TestApp;
let owner: Client;
let query: Query;

beforeAll(async () => {
  app = await startTestApp();
  owner = await claimServer(app);
  query = queryDatabase(app.database);
  await choosePlan(app, 'enterprise');
});

const BILLING = ['organization.read', 'billing.read', 'billing.manage'];
const SCOPES = ['members.invite', ...BILLING];

/** By the API key of a member who may invite. */
async function invited(name: string) {
  const inviter = await join(app, owner, name, 'role_admin');
  const key = await makeKey(app, inviter.client, { scopes: SCOPES, name: `key of ${name}` });
  const answer = await key.client.post<InvitationWithLink>('/v1/invitations', {
    email: `guest-of-${name.toLowerCase()}@example.com`,
    roleId: 'role_billing',
  });
  expect(answer.status).toBe(201);
  return { inviter, key, invitation: answer.body, token: tokenOf(answer.body) };
}

async function shown(id: string): Promise<Invitation | undefined> {
  const { body } = await owner.get<{ data: Invitation[] }>('/v1/invitations?limit=100');
  return body.data.find((each) => each.id === id);
}

const accept = (token: string) =>
  visitor(app).post('/v1/invitations/accept', {
    token,
    name: 'Guest',
    password: 'a long password',
  });
const find = (token: string) => visitor(app).post('/v1/invitations/find', { token });
const post = (key: TestKey, verb: string) => owner.post(`/v1/api-keys/${key.id}/${verb}`, {});
const edit = (key: TestKey, body: object) => owner.patch(`/v1/api-keys/${key.id}`, body);

type Change = (key: TestKey, memberId: string) => Promise<unknown>;

/** What takes the authority, and what gives it back, where anything does. */
const CASES: readonly [InvitationBlock, Change, Change?][] = [
  [
    'creator_inactive',
    (_key, id) => owner.post(`/v1/members/${id}/suspend`),
    (_key, id) => owner.post(`/v1/members/${id}/reinstate`),
  ],
  [
    'creator_may_not',
    (_key, id) => owner.patch(`/v1/members/${id}`, { roleId: 'role_viewer' }),
    (_key, id) => owner.patch(`/v1/members/${id}`, { roleId: 'role_admin' }),
  ],
  ['api_key_disabled', (key) => post(key, 'disable'), (key) => post(key, 'enable')],
  ['api_key_revoked', (key) => post(key, 'revoke')],
  ['api_key_deleted', (key) => owner.delete(`/v1/api-keys/${key.id}`)],
  [
    'api_key_expired',
    (key) => query('update api_key set expires_at = now() where id = $1', [key.id]),
    (key) => edit(key, { expiresAt: null }),
  ],
  [
    'api_key_may_not',
    (key) => edit(key, { scopes: ['members.invite'] }),
    (key) => edit(key, { scopes: SCOPES }),
  ],
];

describe('an invitation whose sender could not send it any more', () => {
  it.each(CASES)('is blocked, and cannot be accepted: %s', async (block, take, giveBack) => {
    const { inviter, key, invitation, token } = await invited(`Of-${block.replaceAll('_', '-')}`);
    expect(invitation).toMatchObject({ status: 'active', blockedBy: null });
    await take(key, inviter.memberId);
    expect(await shown(invitation.id)).toMatchObject({ status: 'blocked', blockedBy: block });
    for (const answer of [await accept(token), await find(token)]) {
      expect(answer.problem.code).toBe('invitation_blocked');
      expect(answer.problem.detail).toContain('have changed since "');
    }
    if (!giveBack) return;
    await giveBack(key, inviter.memberId);
    expect(await shown(invitation.id)).toMatchObject({ status: 'active', blockedBy: null });
    expect((await accept(token)).status).toBe(201);
  });

  it('covers every reason but a workspace, since a confined key invites nobody', () => {
    expect(new Set([...CASES.map(([block]) => block), 'api_key_elsewhere'])).toEqual(
      new Set(Object.keys(INVITATION_BLOCKS)),
    );
  });

  it('says that it expired before it says that it is blocked', async () => {
    const { key, invitation } = await invited('Expired');
    await post(key, 'disable');
    await query('update invitation set expires_at = now() where id = $1', [invitation.id]);
    expect(await shown(invitation.id)).toMatchObject({ status: 'expired', blockedBy: null });
  });

  it('is good again once somebody else sends it, and is theirs from then on', async () => {
    const { key, invitation } = await invited('Resent');
    expect(invitation.createdByKey).toEqual({ id: key.id, name: 'key of Resent' });
    await post(key, 'revoke');
    const resent = await owner.post<InvitationWithLink>(`/v1/invitations/${invitation.id}/resend`);
    expect(resent.body).toMatchObject({
      status: 'active',
      createdByKey: null,
      invitedBy: { name: 'Ada Owner', email: 'ada@example.com' },
    });
    expect((await accept(tokenOf(resent.body))).status).toBe(201);
  });
});
