import type { InvitationWithLink, RouteOutput, Routes } from '@tollkeeper/contract';
import { beforeAll, describe, expect, it } from 'vitest';
import { purgeOutdated } from '../../jobs/purge-outdated.ts';
import { auditEvents, findBrokenLink } from '../../testing/audit-log.ts';
import { joinWith, makeJoinKey } from '../../testing/fleet.ts';
import { join } from '../../testing/join.ts';
import { makeKey } from '../../testing/keys.ts';
import { type CascadeWorld, startCascadeWorld } from './cascade-world.fixture.ts';

type Created = RouteOutput<Routes['getCreated']>;

let app: CascadeWorld['app'];
let owner: CascadeWorld['owner'];
let query: CascadeWorld['query'];
let me: CascadeWorld['me'];
let named: CascadeWorld['named'];
let makeRoot: CascadeWorld['makeRoot'];
let revoke: CascadeWorld['revoke'];
let created: CascadeWorld['created'];
let whoami: CascadeWorld['whoami'];
let gatewayIds: CascadeWorld['gatewayIds'];
let statusOf: CascadeWorld['statusOf'];
let joinGateway: CascadeWorld['joinGateway'];
let joinAgain: CascadeWorld['joinAgain'];

beforeAll(async () => {
  ({
    app,
    owner,
    query,
    me,
    named,
    makeRoot,
    revoke,
    created,
    whoami,
    gatewayIds,
    statusOf,
    joinGateway,
    joinAgain,
  } = await startCascadeWorld());
});

describe('revoking a key takes along what came in by it', () => {
  it('removes the member whom it invited, with their keys, and writes an event for each', async () => {
    const root = await makeRoot();
    const thief = await join(app, root.client, named('Thief'), 'role_admin');
    const key = await makeKey(app, thief.client, { profile: 'workspace', name: 'own' });
    const joinKey = await makeJoinKey(thief.client);
    const before = (await auditEvents(app, me.organization.id)).length;
    expect(await created(root.id)).toMatchObject({
      keysCount: 1,
      joinKeysCount: 1,
      membersCount: 1,
      members: [{ id: thief.memberId, email: thief.email }],
      membersLeftCount: 0,
    });

    expect((await revoke(owner, root.id)).status).toBe(200);

    expect(await whoami(key)).toBe('revoked');
    expect((await thief.client.get('/v1/whoami')).status).toBe(404);
    expect((await joinWith(app, joinKey.secret)).status).toBe(403);
    const events = (await auditEvents(app, me.organization.id)).slice(before);
    expect(events.map(({ action, target }) => [action, target.id])).toEqual([
      ['api_key.revoke', root.id],
      ['api_key.cascade', root.id],
      ['api_key.revoke', key.id],
      ['member.remove', thief.memberId],
      ['join_key.delete', joinKey.id],
    ]);
    for (const { after } of events.slice(2))
      expect(after).toMatchObject({ cause: { id: root.id } });
    expect(events[3]).toMatchObject({
      before: { roleId: 'role_admin', status: 'active' },
      after: { roleId: 'role_admin', status: 'removed' },
    });
    expect(events[1]?.after).toMatchObject({
      created: { keysCount: 1, membersCount: 1, membersLeftCount: 0 },
    });
    expect(await findBrokenLink(app, me.organization.id)).toBeUndefined();
    expect(await created(root.id)).toMatchObject({ keysCount: 0, membersCount: 0, members: [] });
  });

  it('removes the gateway that joined by its join key, and ends its place in the fleet', async () => {
    const root = await makeRoot();
    const child = await makeRoot(root.client);
    const theirs = await joinGateway(child.client);
    const bystander = await joinGateway(owner);
    expect(await created(root.id)).toMatchObject({ gatewaysCount: 1, gatewaysLeftCount: 0 });
    const last = await query<{ id: number }>('select max(id)::int as id from change');
    await revoke(owner, root.id);
    expect(await gatewayIds()).toContain(bystander);
    expect(await gatewayIds()).not.toContain(theirs);
    const changes = `select subject_id from change where id > $1 and kind = 'gateway'`;
    expect(await query(changes, [last[0]?.id])).toEqual([{ subject_id: theirs }]);
    const event = (await auditEvents(app, me.organization.id)).at(-1);
    expect(event).toMatchObject({ action: 'gateway.delete', target: { id: theirs } });
  });

  it('goes on through members: whom they invited by session, and what these joined', async () => {
    const root = await makeRoot();
    const thief = await join(app, root.client, named('Thief'), 'role_admin');
    const second = await join(app, thief.client, named('Second'), 'role_admin');
    const gatewayId = await joinGateway(second.client);
    const key = await makeRoot(second.client);
    const third = await join(app, key.client, named('Third'), 'role_viewer');
    const email = `${named('guest')}@example.com`;
    const body = { email, roleId: 'role_viewer' };
    const invited = await second.client.post<InvitationWithLink>('/v1/invitations', body);
    expect(await created(root.id)).toMatchObject({
      keysCount: 1,
      invitationsCount: 1,
      membersCount: 3,
      gatewaysCount: 1,
    });
    await revoke(owner, root.id);
    expect(await Promise.all([thief, second, third].map(statusOf))).toEqual(
      Array(3).fill('removed'),
    );
    expect(await gatewayIds()).not.toContain(gatewayId);
    const rows = await query('select 1 from invitation where id = $1', [invited.body.id]);
    expect(rows).toEqual([]);
  });

  it('takes keys that a key of the member gave a new secret', async () => {
    const root = await makeRoot();
    const victim = await makeKey(app, owner, { scopes: ['api_keys.read'] });
    const thief = await join(app, root.client, named('Thief'), 'role_admin');
    const key = await makeRoot(thief.client);
    expect((await key.client.post(`/v1/api-keys/${victim.id}/rotate`, {})).status).toBe(200);
    await revoke(owner, root.id);
    const { body } = await owner.get(`/v1/api-keys/${victim.id}`);
    expect(body).toMatchObject({ status: 'revoked' });
  });

  it('is not escaped by members who remove and invite each other', async () => {
    const root = await makeRoot();
    const first = await join(app, root.client, named('First'), 'role_admin');
    const second = await join(app, first.client, named('Second'), 'role_admin');
    expect((await second.client.delete(`/v1/members/${first.memberId}`)).status).toBe(204);
    await joinAgain(second.client, first, 'role_admin');
    await revoke(owner, root.id);
    expect([await statusOf(first), await statusOf(second)]).toEqual(['removed', 'removed']);
  });

  it('finds whom a removed member invited, and who joined through a key deleted since', async () => {
    const root = await makeRoot();
    const first = await join(app, root.client, named('First'), 'role_admin');
    const second = await join(app, first.client, named('Second'), 'role_viewer');
    await owner.delete(`/v1/members/${first.memberId}`);
    const child = await makeRoot(root.client);
    const third = await join(app, child.client, named('Third'), 'role_viewer');
    const other = await makeRoot(root.client);
    const gatewayId = await joinGateway(other.client);
    for (const { id } of [child, other]) await owner.delete(`/v1/api-keys/${id}`);
    await query(`delete from join_key`);
    await purgeOutdated(app.services.db);
    await revoke(owner, root.id);
    expect([await statusOf(second), await statusOf(third)]).toEqual(['removed', 'removed']);
    expect(await gatewayIds()).not.toContain(gatewayId);
  });

  it('takes the gateways, join keys and invitations that a member left who was removed before', async () => {
    const root = await makeRoot();
    const thief = await join(app, root.client, named('Thief'), 'role_admin');
    const gatewayId = await joinGateway(thief.client);
    const email = `${named('guest')}@example.com`;
    const body = { email, roleId: 'role_viewer' };
    const invited = await thief.client.post<InvitationWithLink>('/v1/invitations', body);
    expect((await owner.delete(`/v1/members/${thief.memberId}`)).status).toBe(204);
    const counted = { gatewaysCount: 1, invitationsCount: 1, membersCount: 0 };
    expect(await created(root.id)).toMatchObject(counted);
    await revoke(owner, root.id);
    const event = (await auditEvents(app, me.organization.id)).find(
      ({ action, target }) => action === 'api_key.cascade' && target.id === root.id,
    );
    expect(event?.after).toMatchObject({ created: counted });
    expect(await gatewayIds()).not.toContain(gatewayId);
    expect(await query('select 1 from invitation where id = $1', [invited.body.id])).toEqual([]);
  });

  it('takes them when the key is deleted, and with several keys at once', async () => {
    const roots = [await makeRoot(), await makeRoot(), await makeRoot()] as const;
    const joined = await Promise.all(
      roots.map(({ client }) => join(app, client, named('Eve'), 'role_viewer')),
    );
    const [first, ...others] = roots;
    expect((await owner.delete(`/v1/api-keys/${first.id}?cascade=true`)).status).toBe(204);
    const ids = others.map(({ id }) => id);
    const counts = await owner.post<Created>('/v1/api-keys/created', { ids });
    expect(counts.body).toMatchObject({ membersCount: 2 });
    await owner.post('/v1/api-keys/revoke', { ids, cascade: true });
    expect(await Promise.all(joined.map(statusOf))).toEqual(Array(3).fill('removed'));
  });

  it('leaves all of them unless asked', async () => {
    const root = await makeRoot();
    const guest = await join(app, root.client, named('Guest'), 'role_viewer');
    const gatewayId = await joinGateway(root.client);
    await owner.post(`/v1/api-keys/${root.id}/revoke`, {});
    expect(await statusOf(guest)).toBe('active');
    expect(await gatewayIds()).toContain(gatewayId);
  });
});
