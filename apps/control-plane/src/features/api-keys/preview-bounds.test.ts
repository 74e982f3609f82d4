import { beforeAll, expect, it } from 'vitest';
import { join } from '../../testing/join.ts';
import { type CascadeWorld, startCascadeWorld } from './cascade-world.fixture.ts';

/** Rows of each kind, and links, that a preview counts. */
const ROWS_MAX = 10_000;

let world: CascadeWorld;

beforeAll(async () => {
  world = await startCascadeWorld();
});

it('counts no further than ten thousand links lead', async () => {
  const { query, makeRoot, created } = world;
  const root = await makeRoot();
  const plant = (creators: string, count: number) =>
    query<{ id: string }>(
      `insert into api_key (id, organization_id, member_id, name, prefix, status, profile, scopes,
         allowed_ips, created_at, created_by_key_id)
       select 'key_' || substr(md5(id || n), 1, 20), organization_id, member_id, 'below',
         'tk_live_AAAA', 'active', 'custom', '{}', '{}', now(), id
       from api_key, generate_series(1, $2::int) as n where id = any($1) returning id`,
      [creators.split(' '), count],
    );
  const hubs = (await plant(root.id, 110)).map(({ id }) => id);
  await plant(hubs.join(' '), 1);
  expect(await created(root.id)).toMatchObject({ keysCount: 220, isComplete: true });
  await query(
    `insert into key_rotation (organization_id, rotated_by, key_id, first_at, last_at)
     select organization_id, by, id, now(), now() from api_key, unnest($1::text[]) as by
     where id = any($1) and id <> by`,
    [hubs],
  );
  expect(await created(root.id)).toMatchObject({ keysCount: 110, isComplete: false });
});

it('counts no join keys beyond ten thousand', async () => {
  const { query, makeRoot, created } = world;
  const root = await makeRoot();
  const plant = (from: number, to: number) =>
    query(
      `insert into join_key (id, organization_id, workspace_id, member_id, api_key_id, name, prefix,
         hash, labels, uses_max, uses_count, created_at, expires_at)
       select 'jk_' || n, key.organization_id, workspace.id, member_id, key.id, 'planted',
         'tk_join_0000', sha256(n::text::bytea), '{}', 1, 0, now(), now() + interval '1 hour'
       from api_key as key join workspace using (organization_id),
         generate_series($2::int, $3::int) n
       where key.id = $1`,
      [root.id, from, to],
    );
  const counted = { joinKeysCount: ROWS_MAX };
  await plant(1, ROWS_MAX);
  expect(await created(root.id)).toMatchObject({ ...counted, isComplete: true });
  await plant(ROWS_MAX + 1, ROWS_MAX + 1);
  expect(await created(root.id)).toMatchObject({ ...counted, isComplete: false });
});

it('counts no member who was admitted more than ten thousand times', async () => {
  const { app, query, makeRoot, created, named } = world;
  const root = await makeRoot();
  const { memberId } = await join(app, root.client, named('Guest'), 'role_viewer');
  const admit = (from: number, to: number) =>
    query(
      `insert into admission (organization_id, member_id, invited_by, invited_at, admitted_at)
       select organization_id, member_id, 'mem_gone', invited_at - n * interval '1 s',
         admitted_at - n * interval '1 s'
       from admission, generate_series($2::int, $3::int) n
       where member_id = $1 and created_by_key_id is not null`,
      [memberId, from, to],
    );
  await admit(1, ROWS_MAX - 1);
  expect(await created(root.id)).toMatchObject({ membersCount: 1, isComplete: true });
  await admit(ROWS_MAX, ROWS_MAX);
  expect(await created(root.id)).toMatchObject({ membersCount: 0, isComplete: false });
});
