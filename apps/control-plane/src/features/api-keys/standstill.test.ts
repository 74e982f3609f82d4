import type { ApiKeyWithSecret, InvitationWithLink } from '@tollkeeper/contract';
import { beforeAll, describe, expect, it } from 'vitest';
import { resumeCascades } from '../../jobs/resume-cascades.ts';
import type { Client } from '../../testing/client.ts';
import { joinWith, makeJoinKey } from '../../testing/fleet.ts';
import { type Joined, join, tokenOf } from '../../testing/join.ts';
import { makeKey, type TestKey } from '../../testing/keys.ts';
import { claimedOrganization, PASSWORD } from '../../testing/people.ts';
import { visitor } from '../../testing/sign-in.ts';
import { defaultWorkspace } from '../../testing/start-organization.ts';
import { withKey } from '../../testing/test-app.ts';
import { whileHeld } from '../../testing/while-held.ts';
import { type CascadeWorld, startCascadeWorld } from './cascade-world.fixture.ts';

let world: CascadeWorld;

beforeAll(async () => {
  world = await startCascadeWorld();
});

const finish = () => resumeCascades(world.app.services);
const invite = (client: Client) =>
  client.post<InvitationWithLink>('/v1/invitations', {
    email: `${world.named('someone')}@example.com`,
    roleId: 'role_viewer',
  });
const createKey = (client: Client) =>
  client.post('/v1/api-keys', { name: 'late', profile: 'custom', scopes: ['api_keys.read'] });
const rotate = (client: Client, id: string) =>
  client.post<ApiKeyWithSecret>(`/v1/api-keys/${id}/rotate`, {});
const accept = (invited: InvitationWithLink) =>
  visitor(world.app).post('/v1/invitations/accept', {
    token: tokenOf(invited),
    name: 'Late',
    password: PASSWORD,
  });

async function rotatedBy(client: Client): Promise<TestKey> {
  const key = await world.makeRoot();
  const { secret = '' } = (await rotate(client, key.id)).body;
  return { ...key, secret, client: withKey(world.app, secret) };
}

describe('what a cascade is about to end', () => {
  let child: TestKey;
  let guest: Joined;
  let ofGuest: TestKey;
  let rotated: TestKey;
  let root: TestKey;

  beforeAll(async () => {
    const { app, makeRoot, named } = world;
    root = await makeRoot();
    child = await makeRoot(root.client);
    guest = await join(app, child.client, named('Guest'), 'role_admin');
    ofGuest = await makeKey(app, guest.client, { profile: 'organization' });
    rotated = await rotatedBy(guest.client);
  });

  it('changes nothing any more, and ends without a request', async () => {
    const { app, owner, makeRoot, named, whoami, statusOf, gatewayIds } = world;
    const workspaceId = await defaultWorkspace(owner);
    const invitations = [(await invite(child.client)).body, (await invite(guest.client)).body];
    const joinKeys = [
      await makeJoinKey(child.client, { workspaceId }),
      await makeJoinKey(guest.client, { workspaceId }),
    ];
    const other = await makeRoot();
    const kept = await join(app, owner, named('Colleague'), 'role_admin');
    await world.interrupt(root);

    for (const { client } of [child, ofGuest, rotated]) {
      for (const act of [createKey, invite, (each: Client) => rotate(each, other.id)]) {
        expect((await act(client)).problem.code).toBe('revoked');
      }
    }
    for (const act of [createKey, invite, (each: Client) => rotate(each, other.id)]) {
      expect((await act(guest.client)).problem.code).toBe('member_suspended');
    }
    for (const each of invitations) {
      expect((await accept(each)).problem.code).toBe('invitation_blocked');
    }
    const before = await gatewayIds();
    for (const { secret } of joinKeys) {
      expect((await joinWith(app, secret)).problem.code).toBe('join_key_invalid');
    }
    // Others go on: also the key whose secret the guest would have taken.
    for (const { client } of [{ client: owner }, kept, other]) {
      expect((await createKey(client)).status).toBe(201);
      expect((await accept((await invite(client)).body)).status).toBe(201);
    }

    expect(await finish()).toEqual({ finished: 1 });

    for (const each of [child, ofGuest, rotated]) expect(await whoami(each)).toBe('revoked');
    expect([await statusOf(guest), await statusOf(kept)]).toEqual(['removed', 'active']);
    expect([await whoami(other), await gatewayIds()]).toEqual(['valid', before]);
    expect(await world.query('select 1 from running_cascade')).toEqual([]);
    const events = await world.query(
      `select distinct actor ->> 'memberId' as "memberId" from audit_event
       where request_id = 'req_interrupted'`,
    );
    const { memberId } = await claimedOrganization(app);
    expect(events).toEqual([{ memberId }]);
  });
});

describe('beside an interrupted cascade', () => {
  it('acts what the root had created or rotated no part of', async () => {
    const { app, owner, makeRoot, named, letAMinutePass, joinAgain } = world;
    const root = await makeRoot();
    const creator = await makeRoot();
    const before = await makeRoot(creator.client);
    const guest = await join(app, root.client, named('Guest'), 'role_admin');
    const again = await join(app, root.client, named('Again'), 'role_admin');
    expect((await owner.delete(`/v1/members/${again.memberId}`)).status).toBe(204);
    await letAMinutePass();
    await joinAgain(owner, again, 'role_admin');
    await letAMinutePass();
    expect((await rotate(root.client, creator.id)).status).toBe(200);
    const ofGuest = await makeKey(app, guest.client, { profile: 'organization' });
    await world.interrupt(root, [guest.memberId]);
    for (const { client } of [before, guest, ofGuest, again]) {
      expect((await createKey(client)).status).toBe(201);
    }
    expect(await finish()).toEqual({ finished: 1 });
    expect([await world.statusOf(guest), await world.statusOf(again)]).toEqual([
      'active',
      'active',
    ]);
  });
});

it('ends nothing that has become somebody else’s since the search', async () => {
  const { app, owner, query, makeRoot, named, statusOf, revoke } = world;
  const { organizationId, memberId } = await claimedOrganization(app);
  const root = await makeRoot();
  const revoked = await makeRoot(root.client);
  const guests = [
    await join(app, root.client, named('Invited'), 'role_admin'),
    await join(app, root.client, named('Heir'), 'role_admin'),
    await join(app, root.client, named('Guest'), 'role_admin'),
  ];
  const [invitedAgain, heir] = guests as [Joined, Joined];
  const resent = (await invite(root.client)).body;
  await world.interrupt(root);

  await whileHeld(
    app.database,
    (holder) =>
      holder.query('select 1 from audit_chain where organization_id = $1 for update', [
        organizationId,
      ]),
    finish,
    async (holder) => {
      await holder.query(
        `insert into admission (organization_id, member_id, invited_by, invited_at, admitted_at)
         values ($1, $2, $3, now(), now())`,
        [organizationId, invitedAgain.memberId, memberId],
      );
      await holder.query(`update member set role_id = 'role_owner' where id = $1`, [heir.memberId]);
      await holder.query(
        `update invitation set invited_by = $2, created_by_key_id = null,
           expires_at = expires_at + interval '1 s' where id = $1`,
        [resent.id, memberId],
      );
      await holder.query(
        `update api_key set status = 'revoked', revoked_at = now(), revoke_reason = 'before'
         where id = $1`,
        [revoked.id],
      );
    },
  );

  expect(await Promise.all(guests.map(statusOf))).toEqual(['active', 'active', 'removed']);
  const left = await query('select 1 from invitation where id = $1', [resent.id]);
  expect(left).toHaveLength(1);
  const reasons = await query('select revoke_reason from api_key where id = $1', [revoked.id]);
  expect(reasons).toEqual([{ revoke_reason: 'before' }]);
  const events = `select 1 from audit_event where action = 'api_key.revoke'
    and target ->> 'id' = $1`;
  expect(await query(events, [revoked.id])).toEqual([]);
  await query(`update member set role_id = 'role_admin' where id = $1`, [heir.memberId]);
  expect((await revoke(owner, root.id)).status).toBe(200);
});

it('never keeps the owner from acting, however long the line is that they came from', async () => {
  const { app, owner, query, makeRoot, named, revoke } = world;
  const { organizationId, memberId } = await claimedOrganization(app);
  const root = await makeRoot();
  const admin = await join(app, owner, named('Admin'), 'role_admin');
  await query(
    `insert into deleted_key (id, organization_id, created_by, created_at)
     select 'line' || n, $1, 'line' || n - 1, now() from generate_series(1, 10001) n`,
    [organizationId],
  );
  await query(
    `insert into admission (organization_id, member_id, invited_by, created_by_key_id, invited_at,
       admitted_at)
     select $1, id, $2, 'line10001', now(), now() from unnest(array[$2, $3]) id`,
    [organizationId, memberId, admin.memberId],
  );
  await world.interrupt(root);
  // Of others it is found out, without a lock.
  expect((await createKey(admin.client)).status).toBe(201);
  expect((await createKey(owner)).status).toBe(201);
  const stolen = await makeRoot();
  expect((await revoke(owner, stolen.id)).status).toBe(200);
});
