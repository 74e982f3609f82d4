import type { InvitationWithLink } from '@tollkeeper/contract';
import { beforeAll, describe, expect, it } from 'vitest';
import { auditEvents } from '../../testing/audit-log.ts';
import { type Joined, join } from '../../testing/join.ts';
import { makeKey, type TestKey } from '../../testing/keys.ts';
import { withKey } from '../../testing/test-app.ts';
import { type CascadeWorld, startCascadeWorld } from './cascade-world.fixture.ts';

let world: CascadeWorld;

beforeAll(async () => {
  world = await startCascadeWorld();
});

/** A member of the root, who was removed, and whom somebody invited again. */
async function returnBy(
  person: Joined,
  inviter: Pick<Joined | TestKey, 'client'>,
  roleId = 'role_admin',
) {
  const { owner, joinAgain, letAMinutePass } = world;
  expect((await owner.delete(`/v1/members/${person.memberId}`)).status).toBe(204);
  await letAMinutePass();
  await joinAgain(inviter.client, person, roleId);
  await letAMinutePass();
}

/** What somebody made by their session: a key, a colleague, a gateway and an invitation. */
async function act(person: Joined) {
  const { app, named, joinGateway } = world;
  const key = await makeKey(app, person.client);
  const colleague = await join(app, person.client, named('Friend'), 'role_viewer');
  const gatewayId = await joinGateway(person.client);
  const email = `${named('guest')}@example.com`;
  const invited = await person.client.post<InvitationWithLink>('/v1/invitations', {
    email,
    roleId: 'role_viewer',
  });
  return { key, colleague, gatewayId, invitationId: invited.body.id };
}

async function whatIsLeft({
  key,
  colleague,
  gatewayId,
  invitationId,
}: Awaited<ReturnType<typeof act>>) {
  const { whoami, statusOf, gatewayIds, query } = world;
  return {
    key: await whoami(key),
    colleague: await statusOf(colleague),
    gateway: (await gatewayIds()).includes(gatewayId),
    invitation:
      (await query('select 1 from invitation where id = $1', [invitationId])).length === 1,
  };
}

const ALL_LEFT = { key: 'valid', colleague: 'active', gateway: true, invitation: true };

describe('a member whom somebody else invited again', () => {
  it('stays, with what they made since; what they made before goes', async () => {
    const { app, owner, makeRoot, revoke, created, statusOf, named } = world;
    const root = await makeRoot();
    const person = await join(app, root.client, named('Person'), 'role_admin');
    const before = await act(person);
    await returnBy(person, { client: owner });
    const since = await act(person);

    expect(await created(root.id)).toMatchObject({
      membersCount: 1,
      members: [{ id: before.colleague.memberId }],
      membersLeftCount: 0,
      gatewaysCount: 1,
      invitationsCount: 1,
    });
    expect((await revoke(owner, root.id)).status).toBe(200);

    expect(await statusOf(person)).toBe('active');
    expect(await whatIsLeft(since)).toEqual(ALL_LEFT);
    expect(await whatIsLeft(before)).toEqual({
      key: 'revoked',
      colleague: 'removed',
      gateway: false,
      invitation: false,
    });
  });

  it('goes by the key, with what they made since; what they had made before stays', async () => {
    const { app, owner, makeRoot, revoke, created, statusOf, named, me } = world;
    const root = await makeRoot();
    const person = await join(app, owner, named('Person'), 'role_admin');
    const before = await act(person);
    await owner.delete(`/v1/members/${person.memberId}?handOverTo=${me.member.id}`);
    await world.letAMinutePass();
    await world.joinAgain(root.client, person, 'role_admin');
    const since = await act(person);

    expect(await created(root.id)).toMatchObject({ keysCount: 1, membersCount: 2 });
    expect((await revoke(owner, root.id)).status).toBe(200);

    expect(await statusOf(person)).toBe('removed');
    expect(await whatIsLeft(before)).toEqual(ALL_LEFT);
    expect(await whatIsLeft(since)).toEqual({
      key: 'revoked',
      colleague: 'removed',
      gateway: false,
      invitation: false,
    });
  });

  it('does not stand on their own by somebody who came in by the key as well', async () => {
    const { app, owner, makeRoot, revoke, statusOf, named } = world;
    const root = await makeRoot();
    const first = await join(app, root.client, named('First'), 'role_admin');
    const second = await join(app, root.client, named('Second'), 'role_admin');
    await returnBy(first, second);
    await returnBy(second, first);
    await returnBy(first, second);
    await revoke(owner, root.id);
    expect([await statusOf(first), await statusOf(second)]).toEqual(['removed', 'removed']);
  });

  it('takes no invitation along that the owner sent again', async () => {
    const { app, owner, makeRoot, revoke, named, query } = world;
    const root = await makeRoot();
    const thief = await join(app, root.client, named('Thief'), 'role_admin');
    const invite = async () => {
      const body = { email: `${named('late')}@example.com`, roleId: 'role_viewer' };
      return (await thief.client.post<InvitationWithLink>('/v1/invitations', body)).body.id;
    };
    const [left, taken] = [await invite(), await invite()];
    await returnBy(thief, { client: owner });
    expect((await owner.post(`/v1/invitations/${left}/resend`)).status).toBe(200);
    await revoke(owner, root.id);
    const rows = await query('select id from invitation where id = any($1)', [[left, taken]]);
    expect(rows).toEqual([{ id: left }]);
  });

  it('is not named as one who stays', async () => {
    const { app, owner, makeRoot, revoke, named, me } = world;
    const root = await makeRoot();
    const person = await join(app, root.client, named('Person'), 'role_admin');
    await returnBy(person, { client: owner });
    await revoke(owner, root.id, { keepMembers: 'all' });
    const [, ...others] = (await auditEvents(app, me.organization.id)).filter(
      ({ target }) => target.id === root.id,
    );
    expect(others.map(({ action }) => action)).toEqual(['api_key.revoke']);
  });
});

it('leaves what a key had created before the thief gave it a new secret', async () => {
  const { app, owner, makeRoot, revoke, whoami, created, letAMinutePass } = world;
  const root = await makeRoot();
  const victim = await makeRoot();
  const before = await makeKey(app, victim.client);
  await letAMinutePass();
  const { body } = await root.client.post<TestKey>(`/v1/api-keys/${victim.id}/rotate`, {});
  const since = await makeKey(app, withKey(app, body.secret));
  expect(await created(root.id)).toMatchObject({ keysCount: 2 });
  await revoke(owner, root.id);
  expect([await whoami(before), await whoami(since)]).toEqual(['valid', 'revoked']);
});
