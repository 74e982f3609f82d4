import type { ChatDestination, LogStream, WebhookEndpoint } from '@tollkeeper/contract';
import { beforeAll, expect, it } from 'vitest';
import { purgeOutdated } from '../../jobs/purge-outdated.ts';
import { auditEvents } from '../../testing/audit-log.ts';
import type { Client } from '../../testing/client.ts';
import { type Joined, join } from '../../testing/join.ts';
import { makeKey } from '../../testing/keys.ts';
import { defaultWorkspace } from '../../testing/start-organization.ts';
import { type CascadeWorld, startCascadeWorld } from './cascade-world.fixture.ts';

let world: CascadeWorld;

beforeAll(async () => {
  world = await startCascadeWorld();
});

async function makeRole(client: Client, name: string) {
  const body = { name, description: '', scopes: ['usage.read'] };
  const made = await client.post<{ id: string; name: string }>('/v1/roles', body);
  expect(made.status).toBe(201);
  return { id: made.body.id, name: made.body.name };
}

async function giveRole(client: Client, { memberId }: Joined, roleId = 'role_admin') {
  expect((await client.patch(`/v1/members/${memberId}`, { roleId })).status).toBe(200);
}

const nameOf = ({ memberId, name, email }: Joined & { name: string }) => ({
  id: memberId,
  name,
  email,
});

async function joinAs(name: string) {
  const full = world.named(name);
  return { ...(await join(world.app, world.owner, full, 'role_viewer')), name: full };
}

it('names the members and roles that a key, and a member of it, changed, and leaves them', async () => {
  const { app, owner, me, makeRoot, named, created, revoke, statusOf } = world;
  const root = await makeRoot();
  const thief = await join(app, root.client, named('Thief'), 'role_admin');
  const promoted = await joinAs('A-promoted');
  const reinstated = await joinAs('B-reinstated');
  const byAnother = await joinAs('C-changed');
  const [bystander, leaving] = [
    await joinAs('bystander'),
    await join(app, root.client, named('Leaving'), 'role_viewer'),
  ];
  const shared = await makeRole(owner, named('b shared'));
  await makeRole(owner, named('of the owner'));
  await giveRole(owner, bystander);
  await owner.post(`/v1/members/${reinstated.memberId}/suspend`);
  await owner.post(`/v1/members/${bystander.memberId}/suspend`);

  await giveRole(root.client, promoted);
  await giveRole(root.client, leaving);
  expect((await thief.client.post(`/v1/members/${reinstated.memberId}/reinstate`)).status).toBe(
    200,
  );
  const made = await makeRole(root.client, named('a made'));
  const scopes = ['usage.read', 'members.invite'];
  expect((await thief.client.patch(`/v1/roles/${shared.id}`, { scopes })).status).toBe(200);
  const gone = await makeRoot(root.client);
  await giveRole(gone.client, byAnother);
  expect((await gone.client.delete(`/v1/api-keys/${gone.id}`)).status).toBe(204);
  await purgeOutdated(app.services.db);

  const members = [promoted, reinstated, byAnother];
  expect(await created(root.id)).toMatchObject({
    changedMembersCount: 3,
    changedMembers: members.map(nameOf),
    changedRolesCount: 2,
    changedRoles: [made, shared],
  });
  // It removes nobody: the thief stays, with what their session changed, and so does the one who was given a role.
  const reader = await makeKey(app, owner, { scopes: ['api_keys.read', 'api_keys.manage_all'] });
  expect(await created(root.id, reader.client)).toMatchObject({
    changedMembersCount: 3,
    changedMembers: [],
    changedRolesCount: 1,
    changedRoles: [],
  });
  await revoke(owner, root.id);
  expect(await statusOf(promoted)).toBe('active');
  const event = (await auditEvents(app, me.organization.id)).findLast(
    ({ action, target }) => action === 'api_key.cascade' && target.id === root.id,
  );
  const ids = (things: readonly { id: string }[]) => things.map(({ id }) => id).sort();
  const said = event?.after as { created: { changedMembers: string[]; changedRoles: string[] } };
  expect(said.created.changedMembers.toSorted()).toEqual(ids(members.map(nameOf)));
  expect(said.created.changedRoles.toSorted()).toEqual(ids([made, shared]));
});

it('names every change of a member between two admissions by a key, and none besides', async () => {
  const { app, owner, makeRoot, named, created, joinAgain } = world;
  const root = await makeRoot();
  const person = await join(app, owner, named('Person'), 'role_admin');
  const [before, between, after] = [
    await joinAs('before'),
    await joinAs('between'),
    await joinAs('after'),
  ];
  const again = async (inviter: Client) => {
    expect((await owner.delete(`/v1/members/${person.memberId}`)).status).toBe(204);
    await world.letAMinutePass();
    await moveChangesBack();
    await joinAgain(inviter, person, 'role_admin');
  };
  await giveRole(person.client, before);
  await again(root.client);
  // The first and the last of their changes of this member are their own.
  await giveRole(person.client, between);
  await again(owner);
  await giveRole(person.client, after);
  expect(await created(root.id)).toMatchObject({
    membersCount: 0,
    changedMembersCount: 1,
    changedMembers: [nameOf(between)],
  });
});

it('names the policies that a key, and what it created, wrote or switched, and leaves them', async () => {
  const { app, owner, me, makeRoot, named, created, revoke } = world;
  const root = await makeRoot();
  const child = await makeRoot(root.client);
  const workspaceId = await defaultWorkspace(owner);
  const write = async (client: Client, name: string) => {
    const body = { workspaceId, name: named(name), text: 'permit (principal, action, resource);' };
    const made = await client.post<{ id: string; name: string }>('/v1/policies', body);
    expect(made.status).toBe(201);
    return { id: made.body.id, name: made.body.name };
  };
  const change = async (answer: Promise<{ status: number }>, status = 200) =>
    expect((await answer).status).toBe(status);
  const made = await write(root.client, 'a made');
  const [switched, edited, restored] = [
    await write(owner, 'b switched'),
    await write(owner, 'c edited'),
    await write(owner, 'd restored'),
  ];
  const gone = await write(root.client, 'e gone');
  await write(owner, 'f of the owner');
  const paths = [switched, edited, restored, gone].map(({ id }) => `/v1/policies/${id}`);
  const text = 'forbid (principal, action, resource);';
  await change(child.client.post(`${paths[0]}/disable`));
  await change(child.client.patch(paths[1] ?? '', { mode: 'shadow' }));
  await change(owner.patch(paths[2] ?? '', { text }));
  await change(root.client.post(`${paths[2]}/restore`, { version: 1 }));
  await change(root.client.delete(paths[3] ?? ''), 204);

  const changedPolicies = [made, switched, edited, restored];
  expect(await created(root.id)).toMatchObject({ changedPoliciesCount: 4, changedPolicies });
  const reader = await makeKey(app, owner, { scopes: ['api_keys.read', 'api_keys.manage_all'] });
  expect(await created(root.id, reader.client)).toMatchObject({
    changedPoliciesCount: 4,
    changedPolicies: [],
  });
  const readAll = async () => (await owner.get('/v1/policies')).body;
  const before = await readAll();
  await revoke(owner, root.id);
  expect(await readAll()).toEqual(before);
  const event = (await auditEvents(app, me.organization.id)).findLast(
    ({ action, target }) => action === 'api_key.cascade' && target.id === root.id,
  );
  const said = event?.after as { created: { changedPolicies: string[] } };
  expect(said.created.changedPolicies.toSorted()).toEqual(
    changedPolicies.map(({ id }) => id).toSorted(),
  );
});

it('deletes the endpoints, log streams and chat destinations that came from a key, and names those of others that it changed', async () => {
  const { app, owner, me, makeRoot, named, created, revoke } = world;
  const PATH = '/v1/webhook-endpoints';
  const CHATS = '/v1/integrations/chat-destinations';
  const root = await makeRoot();
  const child = await makeRoot(root.client);
  const thief = await join(app, root.client, named('Thief'), 'role_admin');
  const makeAt = async <T>(client: Client, path: string, body: object) => {
    const made = await client.post<T>(path, body);
    expect(made.status).toBe(201);
    return made.body;
  };
  const make = (client: Client, name: string) => {
    const body = { name: named(name), url: 'https://hooks.example/s3cret', eventTypes: ['*'] };
    return makeAt<WebhookEndpoint>(client, PATH, body);
  };
  const makeStream = (client: Client, name: string) => {
    const body = { name: named(name), url: 'https://logs.example/s3cret', destination: 'https' };
    return makeAt<LogStream>(client, '/v1/log-streams', body);
  };
  const makeChat = (client: Client, name: string) => {
    const body = { url: 'https://chat.example/s3cret', service: 'slack', kinds: ['gateway_gone'] };
    return makeAt<ChatDestination>(client, CHATS, { name: named(name), ...body });
  };
  const change = async (answer: Promise<{ status: number }>) =>
    expect((await answer).status).toBe(200);
  const [own, below, ofThief] = [
    await make(root.client, 'own'),
    await make(child.client, 'below'),
    await make(thief.client, 'of the thief'),
  ];
  const [moved, rotated, kept] = [
    await make(owner, 'a moved'),
    await make(owner, 'b rotated'),
    await make(owner, 'c kept'),
  ];
  const theirs = [own, below, ofThief];
  const theirStreams: LogStream[] = [];
  const theirChats: ChatDestination[] = [];
  for (const { client } of [root, child, thief]) {
    theirStreams.push(await makeStream(client, 'theirs'));
    theirChats.push(await makeChat(client, 'theirs'));
  }
  const [movedStream, keptStream] = [await makeStream(owner, 'a'), await makeStream(owner, 'b')];
  const [movedChat, keptChat] = [await makeChat(owner, 'a'), await makeChat(owner, 'b')];
  expect([own.createdByKey, ofThief.createdByKey]).toEqual([
    { id: root.id, name: root.name },
    null,
  ]);
  expect(ofThief.createdBy).toMatchObject({ memberId: thief.memberId, email: thief.email });
  await change(root.client.patch(`${PATH}/${moved.id}`, { url: 'https://thief.example/' }));
  await change(thief.client.post(`${PATH}/${rotated.id}/rotate`));
  await change(root.client.post(`${PATH}/${below.id}/disable`));
  const elsewhere = { url: 'https://thief.example/' };
  await change(root.client.patch(`/v1/log-streams/${movedStream.id}`, elsewhere));
  await change(root.client.post(`/v1/log-streams/${theirStreams[1]?.id}/pause`));
  await change(root.client.patch(`${CHATS}/${movedChat.id}`, elsewhere));
  await change(root.client.post(`${CHATS}/${theirChats[1]?.id}/disable`));

  const scopes = ['api_keys.read', 'api_keys.revoke', 'api_keys.manage_all'];
  const lesser = await makeKey(app, owner, { scopes });
  // It removes nobody either: what the thief did by session is not among it.
  expect(await created(root.id, lesser.client)).toMatchObject({
    ...{ webhookEndpointsCount: 0, webhookEndpointsLeftCount: 2 },
    ...{ changedWebhookEndpointsCount: 1, changedWebhookEndpoints: [] },
    ...{ logStreamsCount: 0, logStreamsLeftCount: 2 },
    ...{ changedLogStreamsCount: 1, changedLogStreams: [] },
    ...{ chatDestinationsCount: 0, chatDestinationsLeftCount: 2 },
    ...{ changedChatDestinationsCount: 1, changedChatDestinations: [] },
  });
  await revoke(lesser.client, child.id);
  const events = () => auditEvents(app, me.organization.id);
  expect((await events()).at(-1)).toMatchObject({
    action: 'api_key.cascade',
    after: {
      created: {
        ...{ webhookEndpointsCount: 0, webhookEndpointsLeftCount: 1 },
        ...{ logStreamsCount: 0, logStreamsLeftCount: 1 },
        ...{ chatDestinationsCount: 0, chatDestinationsLeftCount: 1 },
      },
    },
  });
  await owner.delete(`/v1/api-keys/${child.id}`);
  await purgeOutdated(app.services.db);

  expect(await created(root.id)).toMatchObject({
    ...{ webhookEndpointsCount: 3, webhookEndpointsLeftCount: 0, changedWebhookEndpointsCount: 2 },
    changedWebhookEndpoints: [moved, rotated].map(({ id, name }) => ({ id, name })),
    ...{ logStreamsCount: 3, logStreamsLeftCount: 0, changedLogStreamsCount: 1 },
    changedLogStreams: [{ id: movedStream.id, name: movedStream.name }],
    ...{ chatDestinationsCount: 3, chatDestinationsLeftCount: 0, changedChatDestinationsCount: 1 },
    changedChatDestinations: [{ id: movedChat.id, name: movedChat.name }],
  });
  const before = (await events()).length;
  await revoke(owner, root.id);
  const written = (await events()).slice(before);
  const idsOf = (things: readonly { readonly id?: unknown }[]) => things.map(({ id }) => id).sort();
  const cause = { type: 'api_key', id: root.id, name: root.name };
  const stream = { url: 'https://logs.example', destination: 'https' };
  const chat = { host: 'chat.example', service: 'slack' };
  for (const [path, type, facts, ended, left] of [
    [PATH, 'webhook_endpoint', { url: 'https://hooks.example' }, theirs, [moved, rotated, kept]],
    ['/v1/log-streams', 'log_stream', stream, theirStreams, [movedStream, keptStream]],
    [CHATS, 'chat_destination', chat, theirChats, [movedChat, keptChat]],
  ] as const) {
    const deletions = written.filter(({ action }) => action === `${type}.delete`);
    expect(idsOf(deletions.map(({ target }) => target))).toEqual(idsOf(ended));
    for (const deletion of deletions) {
      expect(deletion.before).toMatchObject(facts);
      expect(deletion.after).toEqual({ cause });
    }
    const { body } = await owner.get<{ data: { id: string }[] }>(path);
    expect(idsOf(body.data)).toEqual(idsOf(left));
  }
  const said = written.find(({ action }) => action === 'api_key.cascade');
  expect(said?.after).toMatchObject({
    created: {
      ...{ webhookEndpointsCount: 3, changedWebhookEndpointsCount: 2 },
      ...{ logStreamsCount: 3, changedLogStreamsCount: 1, changedLogStreams: [movedStream.id] },
      ...{ chatDestinationsCount: 3, changedChatDestinations: [movedChat.id] },
    },
  });
});

/** As `letAMinutePass` does with what has a time in a row of its own. */
async function moveChangesBack(): Promise<void> {
  await world.query(`update audit_event set at = at - interval '1 minute'`);
}
