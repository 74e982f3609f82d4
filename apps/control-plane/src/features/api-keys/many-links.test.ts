import { scopeSet } from '@tollkeeper/verify';
import { beforeAll, expect, it } from 'vitest';
import type { Authority } from '../../context.ts';
import { readLineage } from '../../lineage/read-lineage.ts';
import type { Position } from '../../lineage/read-links.ts';
import { walkLinks } from '../../lineage/walk-links.ts';
import { makeKey, type TestKey } from '../../testing/keys.ts';
import { claimedOrganization } from '../../testing/people.ts';
import { type CascadeSearch, searchCascade } from './cascade-search.ts';
import { type CascadeWorld, ctxOf, startCascadeWorld } from './cascade-world.fixture.ts';
import { downwardLinks } from './find-linked.ts';
import { revokeWithCreated } from './revoke-with-created.ts';
import { createWorklist } from './worklist.ts';

let world: CascadeWorld;
let authority: Authority;

beforeAll(async () => {
  world = await startCascadeWorld();
  const { organizationId, memberId } = await claimedOrganization(world.app);
  const scopes = scopeSet(world.me.scopes);
  authority = { organizationId, actor: { memberId }, scopes, workspaceId: null };
});

const KEYS_COUNT = 60;
/** Searches of twenty links, by statements of four. */
const LIMITS = {
  ...{ atOnceMax: 10, searchedMax: 1000, linksMax: 20, pageMax: 4 },
  ...{ followedMax: 1000, endedMax: 7, partMax: 7 },
};

/** A key that created some, each of which gave the same other keys new secrets. */
async function plantWeb(hubsCount: number) {
  const { app, owner, query, makeRoot } = world;
  const root = await makeRoot();
  const template = await makeKey(app, owner);
  const rows = await query<{ id: string }>(
    `insert into api_key (id, organization_id, member_id, name, prefix, status, profile, scopes,
       allowed_ips, created_at)
     select 'key_' || substr(md5(id || n), 1, 20), organization_id, member_id, 'rotated',
       'tk_live_AAAA', 'active', 'custom', '{}', '{}', now() - interval '1 day'
     from api_key, generate_series(1, ${KEYS_COUNT}) as n where id = $1 returning id`,
    [template.id],
  );
  const keyIds = rows.map(({ id }) => id);
  const hubIds: string[] = [];
  for (let at = 0; at < hubsCount; at += 1) {
    const hub = await makeRoot(root.client);
    hubIds.push(hub.id);
    await query(
      `insert into key_rotation (organization_id, rotated_by, key_id, first_at, last_at)
       select organization_id, $1, id, now(), now() from api_key where id = any($2)`,
      [hub.id, keyIds],
    );
  }
  return { root, keyIds, hubIds };
}

it('reads the links of one key in pages, and goes on where the walk before it ended', async () => {
  const { db } = world.app.services;
  const { root, keyIds, hubIds } = await plantWeb(1);
  const links = downwardLinks(authority, undefined);
  const limits = { idsMax: 1000, linksMax: 8, pageMax: 4, goesOn: true };
  const found = new Set<string>();
  let left: readonly Position[] = [{ id: root.id }];
  let rotationsCount = 0;

  while (left.length > 0) {
    const known = new Set(left.map(({ id }) => id));
    const { size } = known;
    const walked = await walkLinks(db, links, known, left, limits);
    const { reads } = walked;
    const lineage = await readLineage(db, authority, [...known], { removable: undefined, reads });
    const rotations = lineage.links.filter(({ creator }) => hubIds.includes(creator));
    for (const count of [known.size - size, rotations.length]) {
      expect(count).toBeLessThanOrEqual(limits.linksMax + 2 * limits.pageMax);
    }
    rotationsCount += rotations.length;
    for (const id of known) found.add(id);
    left = walked.unread;
  }

  expect(found).toEqual(new Set([root.id, ...hubIds, ...keyIds]));
  // Each once, but for the few that were looked at on the way.
  expect(rotationsCount).toBeGreaterThanOrEqual(KEYS_COUNT);
  expect(rotationsCount).toBeLessThan(KEYS_COUNT + 2 * limits.pageMax);
});

it('ends what more links lead to than one search looks at', async () => {
  const { app, query, makeRoot } = world;
  const { root, keyIds } = await plantWeb(4);
  const ctx = await ctxOf(app, await makeRoot());
  expect([...(await revokeWithCreated(ctx, [root.id], {}, LIMITS))]).toEqual([]);
  const living = `select id from api_key where id = any($1) and status <> 'revoked'`;
  expect(await query(living, [keyIds])).toEqual([]);
});

it('follows a key from its first link again that counts from an earlier time than where it goes on', async () => {
  const { app, query, makeRoot } = world;
  const [root, above, key] = [await makeRoot(), await makeRoot(), await makeRoot()];
  const at = Date.now() - 3_600_000;
  await query(
    `insert into key_rotation (organization_id, rotated_by, key_id, first_at, last_at)
     values ($1, $2, $3, $4, $4)`,
    [authority.organizationId, above.id, key.id, new Date(at)],
  );
  const origins = [
    { id: key.id, root: root.id, at: at + 1_800_000, after: 'key_z' },
    { id: above.id, root: root.id, at: at - 1_800_000 },
  ];
  const search = await app.services.db.transaction((tx) =>
    searchCascade(tx, authority, [root], { ...LIMITS, keepMembers: undefined }, origins),
  );
  expect(search.next).toContainEqual({ id: key.id, root: root.id, at });
});

/** All searches that it takes, none of which ends anything. */
async function searchAll(root: TestKey, limits: typeof LIMITS): Promise<CascadeSearch[]> {
  const { db } = world.app.services;
  const worklist = createWorklist();
  const searches: CascadeSearch[] = [];
  do {
    const origins = searches.length > 0 ? worklist.take(limits.searchedMax) : undefined;
    const search = await db.transaction((tx) =>
      searchCascade(tx, authority, [root], { ...limits, keepMembers: undefined }, origins),
    );
    worklist.add(search.counted, search.next);
    searches.push(search);
  } while (!worklist.isEmpty());
  return searches;
}

const SEARCHED_AT_ONCE = { ...LIMITS, searchedMax: 100_000, linksMax: 500_000, pageMax: 20_000 };

it('finds in small searches what a single one finds, whatever leads to what', async () => {
  const { organizationId, memberId } = await claimedOrganization(world.app);
  for (let seed = 0; seed < 2; seed += 1) {
    const root = await plantAtRandom(organizationId, memberId, seed);
    const found = async (limits: typeof LIMITS) => {
      const searches = await searchAll(root, limits);
      const ids = (pick: (search: CascadeSearch) => readonly { readonly id: string }[]) =>
        [...new Set(searches.flatMap(pick).map(({ id }) => id))].sort();
      return [ids(({ created }) => created.keys), ids(({ created }) => created.members)];
    };
    const whole = await found(SEARCHED_AT_ONCE);
    for (const searchedMax of [1, 1000]) {
      const small = { ...LIMITS, searchedMax, linksMax: 3, pageMax: 2 };
      expect(await found(small), `seed ${seed}`).toEqual(whole);
    }
    expect(whole.flat().length, `seed ${seed}`).toBeGreaterThan(0);
  }
});

/** Keys and members of one time, whom links and admissions join at random, also in rings. */
async function plantAtRandom(
  organizationId: string,
  ownerId: string,
  seed: number,
): Promise<TestKey> {
  const { query, makeRoot } = world;
  const root = await makeRoot();
  const name = `r${seed}`;
  await query(
    `with seeded as materialized (select setseed(${seed / 100})),
     people as (
       insert into "user" (id, name, email)
       select '${name}u' || n, 'Random', '${name}u' || n || '@example.com'
       from seeded, generate_series(1, 6) n returning id
     ), members as (
       insert into member (id, organization_id, user_id, role_id, status, created_at)
       select 'mem_${name}' || id, $1, id, 'role_admin', 'active', now() from people returning id
     )
     insert into api_key (id, organization_id, member_id, name, prefix, status, profile, scopes,
       allowed_ips, created_at, leads_on)
     select 'key_${name}k' || n, $1, $2, 'random', 'tk_live_AAAA', 'active', 'custom', '{}', '{}',
       now() - n * interval '1 hour', true
     from generate_series(1, 12) n`,
    [organizationId, ownerId],
  );
  const nodes = `select id from api_key where id like 'key_${name}k%'
    union all select id from member where id like 'mem_${name}%' union all select '${root.id}'`;
  await query(
    `insert into key_rotation (organization_id, rotated_by, key_id, first_at, last_at)
     select distinct on (one.id, key.id) $1, one.id, key.id, at, at + random() * interval '5 hours'
     from (${nodes}) as one, api_key as key, (select random() as r) as unused,
       lateral (select now() - (random() * 40) * interval '1 hour' as at, key.id) as time
     where key.id like 'key_${name}k%' and key.id <> one.id
       and random() < case when one.id = '${root.id}' then 0.4 else 0.15 end`,
    [organizationId],
  );
  await query(
    `insert into admission (organization_id, member_id, invited_by, created_by_key_id, invited_at,
       admitted_at)
     select $1, member.id, coalesce(case when one.id like 'mem%' then one.id end, $2),
       case when one.id like 'key%' then one.id end, at, at + random() * interval '3 hours'
     from (${nodes}) as one, member,
       lateral (select now() - (random() * 40) * interval '1 hour' as at, one.id) as time
     where member.id like 'mem_${name}%' and member.id <> one.id and random() < 0.2`,
    [organizationId, ownerId],
  );
  return root;
}
