import { beforeAll, describe, expect, it } from 'vitest';
import type { Ctx } from '../../context.ts';
import { join } from '../../testing/join.ts';
import { makeKey } from '../../testing/keys.ts';
import { readSequence, refreshSearch, SEARCHED_MAX, searchCascade } from './cascade-search.ts';
import { type CascadeWorld, ctxOf, startCascadeWorld } from './cascade-world.fixture.ts';

const LIMITS = { keepMembers: undefined, searchedMax: SEARCHED_MAX };

let world: CascadeWorld;

beforeAll(async () => {
  world = await startCascadeWorld();
});

/** A search that has ended, and what it is once the end of the audit log is locked. */
async function search() {
  const { app, makeRoot, named } = world;
  const root = await makeRoot();
  const child = await makeRoot(root.client);
  const guest = await join(app, child.client, named('Guest'), 'role_viewer');
  const caller = await makeRoot();
  const ctx = await ctxOf(app, caller);
  const sequence = await readSequence(app.services.db, ctx);
  const found = await searchCascade(ctx, [root], sequence, LIMITS);
  expect(found.created.keys.map(({ id }) => id)).toEqual([child.id]);
  expect(found.created.members.map(({ id }) => id)).toEqual([guest.memberId]);
  const refresh = (as: Ctx = ctx) =>
    app.services.db.transaction((tx) => refreshSearch(tx, as, found, LIMITS));
  return { root, child, guest, caller, ctx, found, refresh };
}

describe('a search of what came from a key, at the end', () => {
  it('has what was created, rotated and invited since it was read', async () => {
    const { app, makeRoot, named } = world;
    const { child, guest, refresh } = await search();
    const late = await makeRoot(child.client);
    const below = await makeKey(app, late.client);
    const rotated = await makeKey(app, world.owner);
    expect((await late.client.post(`/v1/api-keys/${rotated.id}/rotate`, {})).status).toBe(200);
    const second = await join(app, late.client, named('Second'), 'role_viewer');
    const gatewayId = await world.joinGateway(late.client);
    const { created } = await refresh();
    const ids = [child, late, below, rotated].map(({ id }) => id);
    expect(created.keys.map(({ id }) => id)).toEqual(ids.sort());
    const memberIds = [guest, second].map(({ memberId }) => memberId);
    expect(created.members.map(({ id }) => id).sort()).toEqual(memberIds.sort());
    expect(created.gateways.map(({ id }) => id)).toEqual([gatewayId]);
  });

  it('has a key that was handed to a member who came from it', async () => {
    const { app, owner, named } = world;
    const { child, guest, refresh } = await search();
    const colleague = await join(app, owner, named('Colleague'), 'role_admin');
    const key = await makeKey(app, colleague.client, { scopes: ['api_keys.read'] });
    const leave = `/v1/members/${colleague.memberId}?handOverTo=${guest.memberId}`;
    expect((await owner.delete(leave)).status).toBe(204);
    const { created } = await refresh();
    expect(created.keys.map(({ id }) => id)).toEqual([child.id, key.id].sort());
  });

  it('has not a member whom the owner invited again since', async () => {
    const { owner, joinAgain } = world;
    const { child, guest, refresh } = await search();
    await owner.delete(`/v1/members/${guest.memberId}`);
    await joinAgain(owner, guest, 'role_viewer');
    const { created } = await refresh();
    expect(created.keys.map(({ id }) => id)).toEqual([child.id]);
    expect(created.members).toEqual([]);
  });

  it('has not what the caller may no longer remove', async () => {
    const { owner } = world;
    const { caller, ctx, guest, refresh } = await search();
    const scopes = caller.scopes.filter((scope) => scope !== 'members.remove');
    expect((await owner.patch(`/v1/api-keys/${caller.id}`, { scopes })).status).toBe(200);
    const { created } = await refresh({
      ...ctx,
      scopes: (await ctxOf(world.app, { ...caller, scopes })).scopes,
    });
    expect(created.members).toEqual([]);
    expect(created.membersLeft.map(({ id }) => id)).toEqual([guest.memberId]);
  });

  it('is not read again for what others do', async () => {
    const { found, refresh } = await search();
    await makeKey(world.app, (await world.makeRoot()).client);
    const refreshed = await refresh();
    expect(refreshed.created).toBe(found.created);
    expect(refreshed.sequence).toBeGreaterThan(found.sequence);
  });
});
