import pg from 'pg';
import { afterEach, beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import { resumeCascades } from '../../jobs/resume-cascades.ts';
import type { Client } from '../../testing/client.ts';
import { join } from '../../testing/join.ts';
import { makeKey, type TestKey } from '../../testing/keys.ts';
import { recordStatements } from '../../testing/reads/explain-statements.ts';
import { startTestApp } from '../../testing/test-app.ts';
import { whileHeld } from '../../testing/while-held.ts';
import { type CascadeWorld, endAtMost, startCascadeWorld } from './cascade-world.fixture.ts';
import { CASCADE_LIMITS } from './ended-part.ts';
import { RUNNING_IN_ALL_MAX, RUNNING_MAX } from './record-cascade.ts';

const ENDED_MAX = process.env.LONG ? CASCADE_LIMITS.endedMax : 500;

let world: CascadeWorld;

beforeAll(async () => {
  endAtMost(ENDED_MAX);
  world = await startCascadeWorld();
});

afterEach(async () => {
  await world.query('delete from running_cascade');
});

const runningIds = async () =>
  (await world.query<{ id: string }>('select id from running_cascade')).map(({ id }) => id);

/** A cascade that was interrupted, and its key. */
async function startInterrupted(): Promise<{ root: TestKey; child: TestKey; id: string }> {
  const root = await world.makeRoot();
  const child = await world.makeRoot(root.client);
  const before = await runningIds();
  await world.interrupt(root);
  const [id = ''] = (await runningIds()).filter((each) => !before.includes(each));
  return { root, child, id };
}

/** Takes the cascade, as a process does that is about it. */
async function claim(id: string): Promise<pg.Client> {
  const holder = new pg.Client(world.app.database);
  await holder.connect();
  onTestFinished(() => holder.end());
  await holder.query('begin');
  await holder.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [id]);
  return holder;
}

const countEvents = async (keyId: string) =>
  (
    await world.query(
      `select 1 from audit_event where action = 'api_key.revoke' and target ->> 'id' = $1`,
      [keyId],
    )
  ).length;

it('waits for a cascade that ends the same, rather than begin another one', async () => {
  const { app, owner, revoke, whoami } = world;
  const { root, child, id } = await startInterrupted();
  const holder = await claim(id);

  const repeated = [revoke(owner, root.id), revoke(owner, root.id), revoke(owner, root.id)];
  const waits = () => app.logged.filter((line) => line.includes('cascade waits')).length;
  await vi.waitUntil(async () => waits() > 0 || (await runningIds()).length > 1);

  expect(await runningIds()).toEqual([id]);
  await holder.query('commit');
  const statuses = (await Promise.all(repeated)).map(({ status }) => status);
  expect(statuses.every((status) => status === 200 || status === 409)).toBe(true);
  expect(await whoami(child)).toBe('revoked');
  expect(await countEvents(child.id)).toBe(1);
});

/** A key that created more than one transaction ends. */
async function makeLarge(client: Client = world.owner): Promise<TestKey> {
  const root = await world.makeRoot(client);
  await world.query(
    `insert into api_key (id, organization_id, member_id, name, prefix, status, profile, scopes,
       allowed_ips, created_at, created_by_key_id)
     select 'key_' || substr(md5(id || n), 1, 20), organization_id, member_id, 'below',
       'tk_live_AAAA', 'active', 'custom', '{}', '{}', now(), id
     from api_key, generate_series(1, $2::int) as n where id = $1`,
    [root.id, ENDED_MAX + 1],
  );
  return root;
}

/** Cascades of a member that are under way for others to see, begun in a session or by a key. */
async function plantRunning(
  memberId: string,
  count: number,
  keyId: string | null = null,
): Promise<void> {
  await world.query(
    `insert into running_cascade (organization_id, roots, member_id, key_id, scopes, request_id, created_at)
     select organization_id, '[]', id, $3, '{}', 'req_planted', now()
     from member, generate_series(1, $2::int) where id = $1`,
    [memberId, count, keyId],
  );
}

it('refuses more cascades than a member or an organization may have under way', async () => {
  const { app, owner, me, query, revoke, whoami, named } = world;
  const admin = await join(app, owner, named('Admin'), 'role_admin');
  const other = await join(app, owner, named('Other'), 'role_admin');
  const root = await makeLarge();
  const refusal = (detail: string) => ({
    status: 503,
    code: 'unavailable',
    detail: expect.stringContaining(detail),
  });

  await plantRunning(admin.memberId, RUNNING_MAX);
  const own = await revoke(admin.client, root.id);
  expect(own.problem).toMatchObject(refusal(`${RUNNING_MAX} revocations that you began`));
  expect(await whoami(root)).toBe('valid');
  await plantRunning(other.memberId, RUNNING_IN_ALL_MAX - RUNNING_MAX);
  await query('update running_cascade set stuck_at = now() where member_id = $1', [admin.memberId]);
  const inAll = await revoke(admin.client, root.id);
  expect(inAll.problem).toMatchObject(
    refusal(`${RUNNING_IN_ALL_MAX} revocations in your organization`),
  );
  expect(await whoami(root)).toBe('valid');

  // What one transaction ends is none of them, and nobody keeps the owner from one.
  expect((await revoke(admin.client, (await makeKey(app, owner)).id)).status).toBe(200);
  expect((await revoke(owner, root.id)).status).toBe(200);
  expect(me.member.id).not.toBe(admin.memberId);
});

it('counts those that keys of a member began apart from those of their sessions', async () => {
  const { app, owner, query, revoke, whoami, named } = world;
  const admin = await join(app, owner, named('Admin'), 'role_admin');
  const key = await world.makeRoot(admin.client);
  const [first, second] = [await makeLarge(), await makeLarge()];

  await plantRunning(admin.memberId, RUNNING_MAX, 'key_of_a_thief');
  expect((await revoke(key.client, first.id)).status).toBe(503);
  expect(await whoami(first)).toBe('valid');
  expect((await revoke(admin.client, first.id)).status).toBe(200);

  await query('update running_cascade set key_id = null');
  expect((await revoke(admin.client, second.id)).status).toBe(503);
  expect((await revoke(key.client, second.id)).status).toBe(200);
});

it('takes no lock to search for one that it refuses', async () => {
  const { app, owner, revoke, whoami, named } = world;
  const admin = await join(app, owner, named('Admin'), 'role_admin');
  const root = await makeLarge();
  await plantRunning(admin.memberId, RUNNING_MAX);
  const sent = vi.spyOn(pg.Client.prototype, 'query');
  const refused = await revoke(admin.client, root.id);
  const texts = sent.mock.calls.map(([first]) => JSON.stringify(first) ?? '');
  sent.mockRestore();

  // The search for what would end is in one, and the searches for the caller are not.
  const search = texts.findLastIndex((text) => text.includes('savepoint'));
  const lock = texts.findIndex((text) => text.includes('audit_chain'));
  expect(search).toBeGreaterThan(-1);
  expect(lock).toBeGreaterThan(search);
  expect(refused.problem.detail).toContain('revocations that you began');
  expect(await whoami(root)).toBe('valid');
});

it('searches for a moment under the lock where others began the last ones meanwhile', async () => {
  const { app, owner, revoke, named } = world;
  const admin = await join(app, owner, named('Admin'), 'role_admin');
  const small = await makeKey(app, owner);
  const timesLeft = async (meanwhile: () => Promise<void>) => {
    let values: unknown[] = [];
    const root = await makeLarge();
    const statements = await recordStatements(() =>
      whileHeld(
        app.database,
        (holder) => holder.query('select 1 from audit_chain for update'),
        () => revoke(admin.client, root.id),
        meanwhile,
      ),
    );
    for (const { text, values: own } of statements) {
      if (text.includes('select before, set_config')) values = [...own];
    }
    return Number(values[0]);
  };
  expect(await timesLeft(async () => undefined)).toBeGreaterThan(1000);
  expect(await timesLeft(() => plantRunning(admin.memberId, RUNNING_MAX))).toBeLessThanOrEqual(250);
  expect((await revoke(admin.client, small.id)).status).toBe(200);
});

it('refuses none to a session of the owner, and a fourth to their keys', async () => {
  const { owner, me, revoke } = world;
  const root = await makeLarge();
  const key = await world.makeRoot();
  await plantRunning(me.member.id, RUNNING_MAX, 'key_of_a_thief');
  expect((await revoke(key.client, root.id)).status).toBe(503);
  await plantRunning(me.member.id, RUNNING_IN_ALL_MAX);
  expect((await revoke(owner, root.id)).status).toBe(200);
});

it('is ended once by two processes, also where the first one loses its claim', async () => {
  const { app, query, whoami } = world;
  const second = await startTestApp({ database: app.database });
  const { child, id } = await startInterrupted();
  const resume = (each: Pick<typeof app, 'services'>) => resumeCascades(each.services);

  let takenOver: ReturnType<typeof resume> | undefined;
  const first = await whileHeld(
    app.database,
    (holder) => holder.query('select 1 from api_key where id = $1 for update', [child.id]),
    () => resume(app),
    async () => {
      expect(await resume(second)).toEqual({ finished: 0 });
      const claim = `from pg_locks where locktype = 'advisory' and granted
        and (classid::bigint << 32) | objid::bigint = hashtextextended($1, 0)`;
      await query(`select pg_terminate_backend(pid) ${claim}`, [id]);
      // It is only asked to end: until then, the second one finds the cascade taken, and leaves it.
      await vi.waitUntil(async () => (await query(`select 1 ${claim}`, [id])).length === 0);
      takenOver = resume(second);
      const waiting = `select 1 from pg_stat_activity where wait_event_type = 'Lock'
        and datname = current_database()`;
      await vi.waitUntil(async () => (await query(waiting)).length > 1);
    },
  );

  expect([first, await takenOver]).toContainEqual({ finished: 1 });
  expect(await whoami(child)).toBe('revoked');
  expect(await countEvents(child.id)).toBe(1);
  expect(await runningIds()).toEqual([]);
});
