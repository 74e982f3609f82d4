import { beforeAll, expect, it } from 'vitest';
import { purgeOutdated } from '../../jobs/purge-outdated.ts';
import { auditEvents } from '../../testing/audit-log.ts';
import { join } from '../../testing/join.ts';
import { makeKey } from '../../testing/keys.ts';
import { type CascadeWorld, startCascadeWorld } from './cascade-world.fixture.ts';

let world: CascadeWorld;

beforeAll(async () => {
  world = await startCascadeWorld();
});

it('names the keys that the key or a member of it enabled or widened, and leaves them', async () => {
  const { app, owner, me, makeRoot, named, created, revoke, whoami } = world;
  const root = await makeRoot();
  const thief = await join(app, root.client, named('Thief'), 'role_admin');
  const make = (name: string) => makeKey(app, owner, { name, scopes: ['api_keys.read'] });
  const enabled = await make('a enabled');
  const enabledTogether = await make('b enabled');
  const widened = await make('c widened');
  const lastsLonger = await make('d lasts longer');
  const widenedByAnother = await make('e widened by a key that is gone');
  const tagged = await make('f has another tag');
  const [renamed, bystander] = [await make('renamed'), await make('bystander')];
  for (const { id } of [enabled, enabledTogether, bystander]) {
    expect((await owner.post(`/v1/api-keys/${id}/disable`)).status).toBe(200);
  }
  await owner.post(`/v1/api-keys/${bystander.id}/enable`);
  await root.client.post(`/v1/api-keys/${enabled.id}/enable`);
  await thief.client.post('/v1/api-keys/enable', { ids: [enabledTogether.id] });
  const scopes = ['api_keys.read', 'members.read'];
  expect((await thief.client.patch(`/v1/api-keys/${widened.id}`, { scopes })).status).toBe(200);
  await root.client.patch(`/v1/api-keys/${lastsLonger.id}`, {
    expiresAt: null,
    allowedIps: ['::/0', '0.0.0.0/0'],
  });
  await root.client.patch(`/v1/api-keys/${tagged.id}`, { tags: ['trusted'] });
  await root.client.patch(`/v1/api-keys/${renamed.id}`, { name: 'renamed now' });
  const gone = await makeRoot(root.client);
  await gone.client.patch(`/v1/api-keys/${widenedByAnother.id}`, { scopes });
  expect((await gone.client.delete(`/v1/api-keys/${gone.id}`)).status).toBe(204);

  const edited = [enabled, enabledTogether, widened, lastsLonger, widenedByAnother, tagged];
  await purgeOutdated(app.services.db);
  expect(await created(root.id)).toMatchObject({
    keysCount: 0,
    editedKeysCount: 6,
    editedKeys: edited.map(({ id, name }) => ({ id, name })),
  });
  await revoke(owner, root.id);
  for (const key of edited) expect(await whoami(key)).toBe('valid');
  const event = (await auditEvents(app, me.organization.id)).findLast(
    ({ action, target }) => action === 'api_key.cascade' && target.id === root.id,
  );
  expect(event?.after).toMatchObject({
    created: {
      editedKeysCount: 6,
      editedKeys: expect.arrayContaining(edited.map(({ id }) => id)),
    },
  });
  // They are named afterwards as well, until they end.
  await owner.post(`/v1/api-keys/${widened.id}/revoke`, {});
  await owner.delete(`/v1/api-keys/${enabled.id}`);
  expect(await created(root.id)).toMatchObject({ editedKeysCount: 4 });
  await purgeOutdated(app.services.db);
  expect(await world.query('select 1 from key_edit where key_id = $1', [enabled.id])).toEqual([]);
});

it('names no key that the caller does not see, nor one that goes with the key', async () => {
  const { app, owner, makeRoot, named, created } = world;
  const admin = await join(app, owner, named('Admin'), 'role_admin');
  const root = await makeRoot(admin.client);
  const child = await makeKey(app, root.client, { scopes: ['api_keys.read'] });
  const other = await makeKey(app, owner, { scopes: ['api_keys.read'] });
  for (const { id } of [child, other]) {
    expect(
      (await root.client.patch(`/v1/api-keys/${id}`, { allowedIps: ['127.0.0.1'] })).status,
    ).toBe(200);
  }
  expect(await created(root.id)).toMatchObject({ editedKeys: [{ id: other.id }] });
  await owner.patch(`/v1/members/${admin.memberId}`, { roleId: 'role_developer' });
  expect(await created(root.id, admin.client)).toMatchObject({
    editedKeysCount: 0,
    editedKeys: [],
  });
});

it('names the settings that a key, and what it created, changed, and what they deleted', async () => {
  const { app, owner, me, makeRoot, named, created, revoke } = world;
  const root = await makeRoot();
  const child = await makeRoot(root.client);
  const role = { name: named('gone'), description: '', scopes: ['usage.read'] };
  const { body: gone } = await owner.post<{ id: string }>('/v1/roles', role);
  const scope = { name: 'invoices.read', description: '' };
  const change = async (answer: Promise<{ status: number }>, status = 200) =>
    expect((await answer).status).toBe(status);
  await change(owner.patch('/v1/security', { sessionHoursMax: 5 }));
  await change(root.client.patch('/v1/security', { sessionHoursMax: 6 }));
  await change(child.client.post('/v1/api-scopes', scope), 201);
  await change(child.client.delete(`/v1/roles/${gone.id}`), 204);
  await change(root.client.patch('/v1/security', { sessionHoursMax: 7 }));
  await change(owner.delete(`/v1/api-keys/${child.id}`), 204);
  await purgeOutdated(app.services.db);

  const events = (await auditEvents(app, me.organization.id)).slice(-5);
  const expected = [
    [root, 'security.update', { type: 'organization', name: me.organization.name }],
    [child, 'role.delete', { type: 'role', name: role.name }],
    [child, 'api_scope.create', { type: 'api_scope', name: scope.name }],
  ] as const;
  const changedSettings = expected.map(([{ id: actorId }, action, target]) => ({
    ...{ id: expect.stringMatching(/^evt_/), action, actorId, target },
  }));
  const preview = await created(root.id);
  expect(preview).toMatchObject({ changedSettingsCount: 3, changedSettings });
  const last = events.findLast(({ action }) => action === 'security.update');
  expect(preview.changedSettings[0]?.id).toBe(last?.id);
  const scopes = ['api_keys.read', 'api_keys.manage_all', 'security.read', 'roles.read'];
  const reader = await makeKey(app, owner, { scopes });
  expect(await created(root.id, reader.client)).toMatchObject({
    ...{ changedSettingsCount: 3, changedSettings: [] },
  });
  await revoke(owner, root.id);
  const said = (await auditEvents(app, me.organization.id)).findLast(
    ({ action, target }) => action === 'api_key.cascade' && target.id === root.id,
  );
  expect(said?.after).toMatchObject({
    created: { changedSettings: preview.changedSettings.map(({ id }) => id) },
  });
});
