import type { Cascade } from '@tollkeeper/contract';
import { afterEach, beforeAll, expect, it, vi } from 'vitest';
import type { Client } from '../../testing/client.ts';
import { join } from '../../testing/join.ts';
import { makeKey } from '../../testing/keys.ts';
import { claimedOrganization } from '../../testing/people.ts';
import { defaultWorkspace } from '../../testing/start-organization.ts';
import { whileHeld } from '../../testing/while-held.ts';
import { type CascadeWorld, startCascadeWorld } from './cascade-world.fixture.ts';
import { CASCADE_LIMITS } from './ended-part.ts';
import { finishCascade } from './finish-cascade.ts';

let world: CascadeWorld;

beforeAll(async () => {
  world = await startCascadeWorld();
});

afterEach(() => world.query('delete from running_cascade'));

const list = async (client: Client, keyId?: string) => {
  const query = keyId === undefined ? '' : `?keyId=${keyId}`;
  return (await client.get<{ data: Cascade[] }>(`/v1/api-keys/cascades${query}`)).body.data;
};

it('shows a cascade while it runs: who began it and when, and how much has ended so far', async () => {
  const { app, owner, me, query, makeRoot } = world;
  const root = await makeRoot();
  const children = await Promise.all([1, 2, 3].map(() => makeKey(app, root.client)));
  const last = children.map(({ id }) => id).toSorted()[2];
  await world.interrupt(root);
  const [row] = await query<{ id: string; name: string; at: Date }>(
    `select cascade.id, key.name, cascade.created_at as at
     from running_cascade as cascade, api_key as key where key.id = $1`,
    [root.id],
  );
  const { organizationId } = await claimedOrganization(app);
  const shown = {
    requestId: 'req_interrupted',
    keysCount: 1,
    keys: [{ id: root.id, name: row?.name }],
    startedBy: { memberId: me.member.id, name: me.member.name, email: me.member.email },
    startedByKey: null,
    startedAt: row?.at.toISOString(),
    stuckAt: null,
  };
  expect(await list(owner)).toEqual([{ ...shown, endedCount: 0 }]);

  await whileHeld(
    app.database,
    (holder) => holder.query('select 1 from api_key where id = $1 for update', [last]),
    () =>
      finishCascade(
        app.services,
        { organizationId, id: row?.id ?? '' },
        { ...CASCADE_LIMITS, partMax: 1 },
      ),
    async () => {
      await vi.waitUntil(async () => (await list(owner))[0]?.endedCount === 2);
      expect(await list(owner, root.id)).toEqual([{ ...shown, endedCount: 2 }]);
      expect(await list(owner, last)).toEqual([]);
    },
  );

  expect(await list(owner)).toEqual([]);
  expect(await query('select 1 from cascade_progress')).toEqual([]);
});

it('shows a caller without power over the keys of others only what they began', async () => {
  const { app, owner, query, makeRoot, named } = world;
  const workspaceId = await defaultWorkspace(owner);
  const developer = await join(app, owner, named('Developer'), 'role_developer');
  const scopes = ['api_keys.read', 'api_keys.manage_all'];
  const confined = await makeKey(app, owner, { workspaceId, scopes });
  const [root, theirs] = [await makeRoot(), await makeRoot()];
  await world.interrupt(root);
  await world.interrupt(theirs);
  await query(
    `update running_cascade set member_id = $1, stuck_at = now()
     where roots @> jsonb_build_array(jsonb_build_object('id', $2::text))`,
    [developer.memberId, theirs.id],
  );
  const began = async (client: Client) =>
    (await list(client)).map(({ keys, stuckAt }) => [keys[0]?.id, stuckAt !== null]);

  expect(await began(owner)).toEqual([
    [root.id, false],
    [theirs.id, true],
  ]);
  expect(await began(developer.client)).toEqual([[theirs.id, true]]);
  expect(await began(confined.client)).toEqual([]);
  await query('update running_cascade set workspace_id = $1 where stuck_at is not null', [
    workspaceId,
  ]);
  expect(await began(confined.client)).toEqual([[theirs.id, true]]);
});
