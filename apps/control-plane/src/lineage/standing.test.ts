import { afterEach, beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import {
  type CascadeWorld,
  startCascadeWorld,
} from '../features/api-keys/cascade-world.fixture.ts';
import type { Client } from '../testing/client.ts';
import { join } from '../testing/join.ts';
import { claimedOrganization } from '../testing/people.ts';
import { recordStatements } from '../testing/reads/explain-statements.ts';
import { whileHeld } from '../testing/while-held.ts';
import { learnStanding } from './standing.ts';

let world: CascadeWorld;
let organizationId: string;

beforeAll(async () => {
  world = await startCascadeWorld();
  ({ organizationId } = await claimedOrganization(world.app));
});

afterEach(() => world.query('delete from running_cascade'));

const createKey = (client: Client) =>
  client.post('/v1/api-keys', { name: 'late', profile: 'custom', scopes: ['api_keys.read'] });

it('keeps nobody else from changing anything while it is searched for', async () => {
  const { app, owner, makeRoot, named } = world;
  const root = await makeRoot();
  const child = await makeRoot(root.client);
  await world.interrupt(root);
  const others: number[] = [];

  const refused = await whileHeld(
    app.database,
    (holder) => holder.query('lock table deleted_key in access exclusive mode'),
    () => createKey(child.client),
    async () => {
      const body = { name: named('meanwhile'), environment: 'test' };
      others.push((await owner.post('/v1/workspaces', body)).status);
    },
  );

  expect(others).toEqual([201]);
  expect(refused.problem).toMatchObject({
    code: 'revoked',
    detail: expect.stringContaining('is being revoked, together with a key'),
  });
});

it('is searched for once, however often the caller tries', async () => {
  const { app, makeRoot } = world;
  const root = await makeRoot();
  const [inside, outside] = [await makeRoot(root.client), await makeRoot()];
  await world.interrupt(root);
  const countOf = async (client: Client) => {
    const statements = await recordStatements(() => createKey(client));
    const count = (part: string) => statements.filter(({ text }) => text.includes(part)).length;
    return { searches: count('as walked'), locks: count('audit_chain') };
  };
  for (const { client } of [inside, outside]) {
    expect((await countOf(client)).searches).toBeGreaterThan(0);
    expect((await countOf(client)).searches).toBe(0);
  }
  // Other requests of theirs may have been on their way meanwhile.
  const late = () => learnStanding(app.services.db, organizationId, inside.id);
  const statements = await recordStatements(async () => expect(await late()).toBe('inside'));
  expect(statements.filter(({ text }) => text.includes('as walked'))).toEqual([]);
  // Nor does one hold up others who is refused.
  expect((await countOf(inside.client)).locks).toBe(0);
  expect((await createKey(outside.client)).status).toBe(201);
});

it('is searched for again once somebody else puts the caller inside', async () => {
  const { app, owner, makeRoot, named } = world;
  const root = await makeRoot();
  const guest = await join(app, root.client, named('Guest'), 'role_admin');
  const person = await join(app, owner, named('Person'), 'role_admin');
  const key = await makeRoot(person.client);
  await world.interrupt(root);
  expect((await createKey(key.client)).status).toBe(201);

  const path = `/v1/members/${person.memberId}?handOverTo=${guest.memberId}`;
  expect((await owner.delete(path)).status).toBe(204);

  expect((await createKey(key.client)).problem).toMatchObject({
    code: 'revoked',
    detail: expect.stringContaining('is being revoked, together with a key'),
  });
});

it('ends for a member who is invited again while the cascade is interrupted', async () => {
  const { app, owner, makeRoot, named, statusOf, joinAgain, letAMinutePass } = world;
  const root = await makeRoot();
  const guest = await join(app, root.client, named('Guest'), 'role_admin');
  await world.interrupt(root);
  const refused = await createKey(guest.client);
  expect(refused.problem).toMatchObject({
    code: 'member_suspended',
    detail: expect.stringContaining('You joined through an API key that is being revoked'),
  });
  expect((await owner.delete(`/v1/members/${guest.memberId}`)).status).toBe(204);
  await letAMinutePass();
  await joinAgain(owner, guest, 'role_admin');
  // What was found before is forgotten after a few seconds.
  await expect
    .poll(async () => (await createKey(guest.client)).status, { interval: 250 })
    .toBe(201);
  expect(await statusOf(guest)).toBe('active');
});

it('is unknown where too many keys and members lead to the caller, and the answer says so', async () => {
  const { app, owner, query, makeRoot, named } = world;
  const root = await makeRoot();
  await query(
    `insert into deleted_key (id, organization_id, created_by, created_at)
     select 'line' || n, $1, 'line' || n - 1, now() from generate_series(1, 40) n`,
    [organizationId],
  );
  const joinAtTheEnd = async () => {
    const admin = await join(app, owner, named('Admin'), 'role_admin');
    await query(`update admission set created_by_key_id = 'line40' where member_id = $1`, [
      admin.memberId,
    ]);
    return admin;
  };
  const quick = { idsMax: 10, linksMax: 1000 };
  const learn = async (memberId: string, idsMax: number, linksMax: number) =>
    learnStanding(app.services.db, organizationId, memberId, {
      quick,
      thorough: { idsMax, linksMax },
    });
  const [one, other, slow] = [await joinAtTheEnd(), await joinAtTheEnd(), await joinAtTheEnd()];
  const [rotated, paged] = [await makeRoot(), await makeRoot()];
  await world.interrupt(root);
  await query(
    `insert into key_rotation (organization_id, rotated_by, key_id, first_at, last_at)
     select $1, 'line' || n, id, now(), now() from unnest($2::text[]) id, generate_series(1, 40) n`,
    [organizationId, [rotated.id, paged.id]],
  );
  expect(await learn(one.memberId, 10, 1000)).toBe('unknown');
  expect(await learn(rotated.id, 100, 10)).toBe('unknown');
  const inPages = { idsMax: 100, linksMax: 1000, pageMax: 7 };
  const pages = { quick: inPages, thorough: inPages };
  expect(await learnStanding(app.services.db, organizationId, paged.id, pages)).toBe('outside');
  expect(await learn(other.memberId, 100, 1000)).toBe('outside');
  expect((await createKey(one.client)).problem).toMatchObject({
    status: 503,
    code: 'cascade_undetermined',
    detail: expect.stringContaining('too much leads to you to tell'),
  });
  expect((await createKey(other.client)).status).toBe(201);

  let now = performance.now();
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => {
    now += 20_000;
    return now;
  });
  onTestFinished(() => clock.mockRestore());
  expect(await learn(slow.memberId, 100, 1000)).toBe('unknown');
});

it('is unknown where one statement takes the database too long', async () => {
  const { app, makeRoot } = world;
  const [root, outside] = [await makeRoot(), await makeRoot()];
  await world.interrupt(root);
  let isAnswered = false;
  const standing = await whileHeld(
    app.database,
    (holder) => holder.query('lock table deleted_key in access exclusive mode'),
    () =>
      learnStanding(app.services.db, organizationId, outside.id).finally(() => {
        isAnswered = true;
      }),
    () =>
      vi.waitUntil(async () => {
        // Not in the holder's transaction, which sees no connection that is made later.
        await world.query(
          `select pg_cancel_backend(pid) from pg_stat_activity
           where datname = current_database() and wait_event_type = 'Lock'`,
        );
        return isAnswered;
      }),
  );
  expect(standing).toBe('unknown');
});
