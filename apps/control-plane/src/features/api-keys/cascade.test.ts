import { createId, type InvitationWithLink } from '@tollkeeper/contract';
import { NOTHING_CREATED } from '@tollkeeper/contract/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { purgeOutdated } from '../../jobs/purge-outdated.ts';
import { auditEvents, findBrokenLink } from '../../testing/audit-log.ts';
import type { Client } from '../../testing/client.ts';
import { joinWith, makeJoinKey } from '../../testing/fleet.ts';
import { makeKey, type TestKey } from '../../testing/keys.ts';
import { addMember, choosePlan, claimedOrganization } from '../../testing/people.ts';
import { type Query, queryDatabase } from '../../testing/query-database.ts';
import { readTables } from '../../testing/tables.ts';
import { claimServer, startTestApp, type TestApp, withKey } from '../../testing/test-app.ts';

const SCOPES = [
  'api_keys.create',
  'api_keys.read',
  'api_keys.revoke',
  'fleet.manage',
  'fleet.read',
  'members.invite',
  'members.read',
  // What the role of the invitations holds.
  'organization.read',
  'billing.read',
  'billing.manage',
];

let app: TestApp;
let owner: Client;
let query: Query;
let place: { organizationId: string; workspaceId: string; memberId: string };

beforeAll(async () => {
  app = await startTestApp();
  owner = await claimServer(app);
  query = queryDatabase(app.database);
  place = await claimedOrganization(app);
  await choosePlan(app, 'enterprise');
});

const revoke = (client: Client, id: string, body: object = { cascade: true }) =>
  client.post<{ status: string }>(`/v1/api-keys/${id}/revoke`, body);
const whoami = async (key: TestKey) => (await key.client.get('/v1/whoami')).problem.code ?? 'valid';
const created = async (id: string, client = owner) =>
  (await client.get(`/v1/api-keys/${id}/created`)).body;

let guests = 0;
async function invite(client: Client) {
  guests += 1;
  const body = { email: `guest-${guests}@example.com`, roleId: 'role_billing' };
  const answer = await client.post<InvitationWithLink>('/v1/invitations', body);
  expect(answer.status).toBe(201);
  return answer.body;
}

/** A key that created a key, which created a key; with join keys and invitations of theirs. */
async function plantTree(client = owner) {
  const root = await makeKey(app, client, { scopes: SCOPES, name: 'root' });
  const child = await makeKey(app, root.client, { scopes: SCOPES, name: 'child' });
  const grandchild = await makeKey(app, child.client, { scopes: ['api_keys.read'] });
  const bystander = await makeKey(app, client, { scopes: SCOPES });
  return {
    root,
    child,
    grandchild,
    bystander,
    joinKey: await makeJoinKey(child.client, { workspaceId: place.workspaceId }),
    otherJoinKey: await makeJoinKey(bystander.client, { workspaceId: place.workspaceId }),
    invitation: await invite(root.client),
  };
}

describe('revoking a key with what it created', () => {
  it('revokes all keys below it and deletes their join keys and invitations', async () => {
    const tree = await plantTree();
    expect(tree.child.createdByKey).toEqual({ id: tree.root.id, name: 'root' });
    expect(tree.root.createdByKey).toBeNull();
    expect(tree.invitation.createdByKey).toEqual({ id: tree.root.id, name: 'root' });
    const counts = {
      ...NOTHING_CREATED,
      keysCount: 2,
      joinKeysCount: 1,
      invitationsCount: 1,
    };
    expect(await created(tree.root.id)).toEqual(counts);
    expect((await revoke(owner, tree.root.id)).body.status).toBe('revoked');
    for (const key of [tree.root, tree.child, tree.grandchild]) {
      expect(await whoami(key)).toBe('revoked');
    }
    expect(await whoami(tree.bystander)).toBe('valid');
    const joinKeys = (await owner.get<{ data: { id: string }[] }>('/v1/join-keys?limit=100')).body;
    expect(joinKeys.data.map(({ id }) => id)).toContain(tree.otherJoinKey.id);
    expect(joinKeys.data.map(({ id }) => id)).not.toContain(tree.joinKey.id);
    expect((await joinWith(app, tree.joinKey.secret)).status).toBe(403);
    expect(await listed('/v1/invitations')).not.toContain(tree.invitation.id);
    expect(await created(tree.root.id)).toEqual(NOTHING_CREATED);
  });

  it('counts what several keys would take along besides themselves, each thing once', async () => {
    const { root, child, bystander } = await plantTree();
    const count = async (ids: readonly string[], client = owner) =>
      (await client.post('/v1/api-keys/created', { ids })).body;
    expect(await count([root.id, bystander.id])).toEqual({
      ...NOTHING_CREATED,
      keysCount: 2,
      joinKeysCount: 2,
      invitationsCount: 1,
    });
    expect(await count([root.id, child.id, createId('apiKey', app.services.randomBytes)])).toEqual({
      ...NOTHING_CREATED,
      keysCount: 1,
      joinKeysCount: 1,
      invitationsCount: 1,
    });
    const stranger = await addMember(app, place.organizationId, 'developer');
    expect(await count([root.id], stranger.client)).toEqual(NOTHING_CREATED);
  });

  it('writes an event for each thing, which names the cause, in one unbroken chain', async () => {
    const { root, child, grandchild, joinKey, invitation } = await plantTree();
    const before = (await auditEvents(app, place.organizationId)).length;
    await revoke(owner, root.id, { cascade: true, reason: 'it leaked' });
    const events = (await auditEvents(app, place.organizationId)).slice(before);
    expect(events.map(({ action, target }) => [action, target.id])).toEqual([
      ['api_key.revoke', root.id],
      ['api_key.cascade', root.id],
      ...[child.id, grandchild.id].sort().map((id) => ['api_key.revoke', id]),
      ['join_key.delete', joinKey.id],
      ['invitation.withdraw', invitation.id],
    ]);
    const cause = { type: 'api_key', id: root.id, name: 'root' };
    for (const event of events.slice(2)) expect(event.after).toMatchObject({ cause });
    expect(events[0]?.after).toMatchObject({ revokeReason: 'it leaked' });
    expect(events[1]?.after).toMatchObject({
      created: { keysCount: 2, joinKeysCount: 1, invitationsCount: 1 },
    });
    expect(new Set(events.map(({ requestId }) => requestId)).size).toBe(1);
    expect(await findBrokenLink(app, place.organizationId)).toBeUndefined();
  });

  it('leaves all of it unless asked, and takes it later from a key that is revoked', async () => {
    const { root, child, invitation } = await plantTree();
    await revoke(owner, root.id, { reason: 'first' });
    expect(await whoami(child)).toBe('valid');
    expect(await listed('/v1/invitations')).toContain(invitation.id);
    const again = await revoke(owner, root.id, { cascade: true, reason: 'second' });
    expect(again.body).toMatchObject({ status: 'revoked', revokeReason: 'first' });
    expect(await whoami(child)).toBe('revoked');
    expect((await revoke(owner, root.id)).problem.code).toBe('invalid_state');
  });

  it('takes it when the key is deleted, and keeps the records of the other keys', async () => {
    const { root, child, grandchild } = await plantTree();
    expect((await owner.delete(`/v1/api-keys/${root.id}?cascade=true`)).status).toBe(204);
    expect(await whoami(root)).toBe('invalid_key');
    expect(await whoami(grandchild)).toBe('revoked');
    const { body } = await owner.get(`/v1/api-keys/${child.id}`);
    expect(body).toMatchObject({ status: 'revoked', createdByKey: { id: root.id, name: null } });
  });

  it('leaves it when the key is deleted without', async () => {
    const { root, child } = await plantTree();
    expect((await owner.delete(`/v1/api-keys/${root.id}?cascade=false`)).status).toBe(204);
    expect(await whoami(child)).toBe('valid');
  });

  it('reaches what a key in between created that was deleted, or revoked, since', async () => {
    const { root, child, grandchild } = await plantTree();
    const revoked = await makeKey(app, root.client, { scopes: ['api_keys.create'] });
    const below = await makeKey(app, revoked.client, { scopes: ['api_keys.create'] });
    await revoke(owner, revoked.id, {});
    expect((await root.client.delete(`/v1/api-keys/${child.id}`)).status).toBe(204);
    expect(await created(root.id)).toMatchObject({ keysCount: 2, joinKeysCount: 1 });
    await revoke(owner, root.id);
    expect([await whoami(grandchild), await whoami(below)]).toEqual(['revoked', 'revoked']);
  });

  it('takes keys that it gave a new secret, and what they created or rotated in turn', async () => {
    const scopes = ['api_keys.create', 'api_keys.read'];
    const make = () => makeKey(app, owner, { scopes });
    const [root, sibling] = [await make(), await make()];
    const [further, bystander] = [await make(), await make()];
    const asSibling = withKey(app, await rotated(root.client, sibling.id, 60));
    const child = await makeKey(app, asSibling);
    const asFurther = withKey(app, await rotated(asSibling, further.id));
    // Neither a loop nor the owner's own rotation hides what the thief holds.
    await rotated(asFurther, sibling.id, 60);
    await rotated(bystander.client, bystander.id);
    await rotated(owner, sibling.id);
    expect(await created(root.id)).toMatchObject({ keysCount: 3 });
    expect((await owner.delete(`/v1/api-keys/${further.id}`)).status).toBe(204);
    await purgeOutdated(app.services.db);
    await revoke(owner, root.id);
    expect(await whoami(child)).toBe('revoked');
    const { body } = await owner.get(`/v1/api-keys/${sibling.id}`);
    expect(body).toMatchObject({ status: 'revoked' });
    expect((await owner.get(`/v1/api-keys/${bystander.id}`)).body).toMatchObject({
      status: 'active',
    });
  });

  it('takes a key that it gave a new secret, however often what is outdated was purged', async () => {
    const root = await makeKey(app, owner, { scopes: ['api_keys.create', 'api_keys.read'] });
    const victim = await makeKey(app, owner, { scopes: ['api_keys.read'] });
    const asVictim = withKey(app, await rotated(root.client, victim.id));
    await purgeOutdated(app.services.db);
    await revoke(owner, root.id);
    expect((await asVictim.get('/v1/whoami')).problem.code).toBe('revoked');
  });

  it('finds what keys created and rotated that were deleted long since, and forgets the rest', async () => {
    const scopes = ['api_keys.create', 'api_keys.read', 'api_keys.revoke'];
    const root = await makeKey(app, owner, { scopes });
    const middle = await makeKey(app, root.client, { scopes });
    const victim = await makeKey(app, owner, { scopes });
    const asVictim = withKey(app, await rotated(middle.client, victim.id));
    const child = await makeKey(app, asVictim);
    for (const id of [middle.id, victim.id]) await root.client.delete(`/v1/api-keys/${id}`);
    await purgeOutdated(app.services.db);
    expect(await created(root.id)).toMatchObject({ keysCount: 1 });
    await revoke(owner, root.id);
    expect(await whoami(child)).toBe('revoked');
    await owner.delete(`/v1/api-keys/${child.id}`);
    const rows = 'select 1 from key_rotation where key_id = $1';
    expect(await query(rows, [victim.id])).toEqual([]);
  });

  it('counts what a new secret of the key created as created by the key', async () => {
    const root = await makeKey(app, owner, { scopes: ['api_keys.create', 'api_keys.read'] });
    const { body } = await owner.post<TestKey>(`/v1/api-keys/${root.id}/rotate`, {});
    const child = await makeKey(app, withKey(app, body.secret));
    expect(child.createdByKey).toEqual({ id: root.id, name: root.name });
  });
});

async function rotated(client: Client, id: string, graceSeconds = 0): Promise<string> {
  const answer = await client.post<TestKey>(`/v1/api-keys/${id}/rotate`, { graceSeconds });
  expect(answer.status).toBe(200);
  return answer.body.secret;
}

async function listed(path: string): Promise<string[]> {
  const { body } = await owner.get<{ data: { id: string }[] }>(`${path}?limit=100`);
  return body.data.map(({ id }) => id);
}

describe('who may', () => {
  it('stops the key alone where one that it created belongs to somebody else by now', async () => {
    const ada = await addMember(app, place.organizationId, 'developer');
    const heir = await addMember(app, place.organizationId, 'developer');
    const scopes = ['api_keys.create', 'api_keys.read'];
    const root = await makeKey(app, ada.client, { scopes });
    const child = await makeKey(app, root.client, { scopes });
    await query('update api_key set member_id = $1 where id = $2', [heir.memberId, child.id]);
    const preview = await ada.client.get(`/v1/api-keys/${root.id}/created`);
    const revocation = await revoke(ada.client, root.id);
    const before = await readTables(app);
    const deletion = await ada.client.delete(`/v1/api-keys/${root.id}?cascade=true`);
    for (const { status, problem } of [preview, revocation, deletion]) {
      expect([status, problem.code]).toEqual([403, 'insufficient_scope']);
      expect(problem.scopes).toEqual(['api_keys.manage_all']);
    }
    expect(await readTables(app)).toEqual(before);
    expect([await whoami(root), await whoami(child)]).toEqual(['revoked', 'valid']);
    await revoke(owner, root.id);
    expect(await whoami(child)).toBe('revoked');
  });

  it('leaves join keys and invitations to those who may delete them; they are blocked', async () => {
    const { root, joinKey, invitation } = await plantTree();
    const lesser = await makeKey(app, owner, { scopes: ['api_keys.revoke', 'api_keys.read'] });
    expect(await created(root.id, lesser.client)).toEqual({ ...NOTHING_CREATED, keysCount: 2 });
    expect((await revoke(lesser.client, root.id)).status).toBe(200);
    expect(await shown('/v1/join-keys', joinKey.id)).toMatchObject({ status: 'blocked' });
    expect(await shown('/v1/invitations', invitation.id)).toMatchObject({
      status: 'blocked',
      blockedBy: 'api_key_revoked',
    });
  });

  it('tells nobody of keys that they cannot see, and of no other organization', async () => {
    const { root } = await plantTree();
    const other = await addMember(app, place.organizationId, 'developer');
    for (const id of [root.id, createId('apiKey', app.services.randomBytes)]) {
      expect((await revoke(other.client, id)).problem.code).toBe('not_found');
      expect((await other.client.get(`/v1/api-keys/${id}/created`)).status).toBe(404);
    }
    expect((await revoke(owner, root.id, { cascade: 'yes' })).status).toBe(422);
    expect((await owner.delete(`/v1/api-keys/${root.id}?cascade=1`)).status).toBe(422);
    expect(await whoami(root)).toBe('valid');
  });
});

async function shown(path: string, id: string) {
  const { body } = await owner.get<{ data: { id: string }[] }>(`${path}?limit=100`);
  return body.data.find((each) => each.id === id);
}
