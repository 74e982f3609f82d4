import type { ApiKeyWithSecret } from '@tollkeeper/contract';
import { beforeAll, describe, expect, it } from 'vitest';
import { purgeOutdated } from '../../jobs/purge-outdated.ts';
import { auditEvents } from '../../testing/audit-log.ts';
import type { Client } from '../../testing/client.ts';
import { type Joined, join } from '../../testing/join.ts';
import { makeKey, type TestKey } from '../../testing/keys.ts';
import { withKey } from '../../testing/test-app.ts';
import { type CascadeWorld, startCascadeWorld } from './cascade-world.fixture.ts';

let world: CascadeWorld;

beforeAll(async () => {
  world = await startCascadeWorld();
});

async function plant() {
  const { app, makeRoot, named } = world;
  const root = await makeRoot();
  return { root, thief: await join(app, root.client, named('Thief'), 'role_admin') };
}

async function rotate({ client }: Pick<Joined | TestKey, 'client'>, id: string) {
  const answer = await client.post<ApiKeyWithSecret>(`/v1/api-keys/${id}/rotate`, {});
  expect(answer.status).toBe(200);
  return { client: withKey(world.app, answer.body.secret ?? '') };
}

describe('a thief who joined by the key does not save', () => {
  it('what a key of theirs created or gave a new secret, by deleting that key', async () => {
    const { app, owner, makeRoot, revoke, whoami } = world;
    const { root, thief } = await plant();
    const victim = await makeKey(app, owner);
    const own = await makeRoot(thief.client);
    const created = await makeKey(app, own.client);
    const rotated = await rotate(own, victim.id);
    expect((await owner.patch(`/v1/api-keys/${victim.id}`, { name: 'kept' })).status).toBe(200);
    expect((await thief.client.delete(`/v1/api-keys/${own.id}`)).status).toBe(204);
    await purgeOutdated(app.services.db);
    await revoke(owner, root.id);
    expect([await whoami(created), await whoami(rotated)]).toEqual(['revoked', 'revoked']);
  });

  it('what a key that was handed to them gave a new secret, by deleting that key', async () => {
    const { app, owner, makeRoot, named, revoke, whoami, created } = world;
    const honest = await join(app, owner, named('Honest'), 'role_admin');
    const handed = await makeRoot((await makeRoot(honest.client)).client);
    const victim = await makeKey(app, owner);
    await world.letAMinutePass();
    const { root, thief } = await plant();
    const handOver = `/v1/members/${honest.memberId}?handOverTo=${thief.memberId}`;
    expect((await thief.client.delete(handOver)).status).toBe(204);
    const rotated = await rotate(await rotate(thief, handed.id), victim.id);
    const { keysCount } = await created(root.id);
    expect((await thief.client.delete(`/v1/api-keys/${handed.id}`)).status).toBe(204);
    await purgeOutdated(app.services.db);
    expect(await created(root.id)).toMatchObject({ keysCount: keysCount - 1 });
    await revoke(owner, root.id);
    expect(await whoami(rotated)).toBe('revoked');
  });

  it('what a key that they own for the second time gave a new secret, by deleting that key', async () => {
    const { app, owner, makeRoot, named, letAMinutePass, joinAgain, revoke, whoami } = world;
    const root = await makeRoot();
    const thief = await join(app, owner, named('Thief'), 'role_admin');
    const honest = await join(app, owner, named('Honest'), 'role_admin');
    const above = await makeRoot(thief.client);
    const own = await makeRoot(above.client);
    const victim = await makeKey(app, owner);
    const handOver = async (client: Client, from: Joined, to: Joined) => {
      const path = `/v1/members/${from.memberId}?handOverTo=${to.memberId}`;
      expect((await client.delete(path)).status).toBe(204);
    };
    await handOver(owner, thief, honest);
    await letAMinutePass();
    await joinAgain(root.client, thief, 'role_admin');
    await handOver(thief.client, honest, thief);
    const rotated = await rotate(own, victim.id);
    for (const { id } of [own, above]) {
      expect((await thief.client.delete(`/v1/api-keys/${id}`)).status).toBe(204);
    }
    await purgeOutdated(app.services.db);
    await revoke(owner, root.id);
    expect(await whoami(rotated)).toBe('revoked');
  });

  it('a key of theirs that is handed over as they are removed, nor what it created', async () => {
    const { app, owner, me, makeRoot, revoke, whoami, created } = world;
    const { root, thief } = await plant();
    const handed = await makeRoot(thief.client);
    const below = await makeKey(app, handed.client);
    const leave = `/v1/members/${thief.memberId}?handOverTo=${me.member.id}`;
    expect((await root.client.delete(leave)).status).toBe(204);
    expect(await created(root.id)).toMatchObject({ keysCount: 2, membersCount: 0 });
    await revoke(owner, root.id);
    expect([await whoami(handed), await whoami(below)]).toEqual(['revoked', 'revoked']);
  });

  it('a key of somebody else to which their session gave a new secret', async () => {
    const { app, owner, revoke, whoami, created } = world;
    const { root, thief } = await plant();
    const victim = await makeKey(app, owner);
    const rotated = await rotate(thief, victim.id);
    expect(await created(root.id)).toMatchObject({ keysCount: 1, membersCount: 1 });
    await revoke(owner, root.id);
    expect(await whoami(rotated)).toBe('revoked');
  });
});

describe('a key that was deleted without what it created', () => {
  it('takes it along later, and says what that would be', async () => {
    const { app, owner, me, makeRoot, named, created, revoke, whoami, statusOf } = world;
    const root = await makeRoot();
    const child = await makeRoot(root.client);
    const guest = await join(app, root.client, named('Guest'), 'role_viewer');
    const path = `/v1/api-keys/${root.id}`;
    expect((await owner.delete(path)).status).toBe(204);
    expect(await created(root.id)).toMatchObject({ keysCount: 1, membersCount: 1 });
    expect((await owner.delete(path)).status).toBe(404);
    expect((await revoke(owner, root.id)).status).toBe(404);
    expect([await whoami(child), await statusOf(guest)]).toEqual(['valid', 'active']);

    expect((await owner.delete(`${path}?cascade=true`)).status).toBe(204);

    expect([await whoami(child), await statusOf(guest)]).toEqual(['revoked', 'removed']);
    const events = (await auditEvents(app, me.organization.id)).slice(-3);
    expect(events[0]).toMatchObject({
      action: 'api_key.cascade',
      target: { id: root.id, name: root.name },
      before: null,
      after: { created: { keysCount: 1, membersCount: 1 } },
    });
    const cause = { id: root.id, name: root.name };
    for (const { after } of events.slice(1)) expect(after).toMatchObject({ cause });
    expect((await owner.delete(`${path}?cascade=true`)).status).toBe(404);
  });

  it('is for those who saw the key', async () => {
    const { app, owner, makeRoot, named, whoami } = world;
    const root = await makeRoot();
    const child = await makeRoot(root.client);
    const developer = await join(app, owner, named('Dev'), 'role_developer');
    await owner.delete(`/v1/api-keys/${root.id}`);
    for (const id of [root.id, child.id]) {
      const path = `/v1/api-keys/${id}`;
      expect((await developer.client.get(`${path}/created`)).status).toBe(404);
      expect((await developer.client.delete(`${path}?cascade=true`)).status).toBe(404);
    }
    expect(await whoami(child)).toBe('valid');
  });
});

describe('keys that are gone and lead nowhere', () => {
  const dead = () =>
    world.query('select id from deleted_key union select key_id from key_rotation order by 1');

  it('are not recorded when they are deleted, nor those above them', async () => {
    const { app, owner, makeRoot } = world;
    const root = await makeRoot();
    const before = await dead();
    const first = await makeRoot(root.client);
    const second = await makeRoot(first.client);
    const other = await makeRoot(root.client);
    const third = await makeKey(app, second.client);
    expect((await other.client.post(`/v1/api-keys/${third.id}/rotate`, {})).status).toBe(200);
    for (const { id } of [first, second, other]) await owner.delete(`/v1/api-keys/${id}`);
    const recorded = await world.query('select 1 from deleted_key where id = any($1)', [
      [first.id, second.id, other.id],
    ]);
    expect(recorded).toHaveLength(3);
    expect((await owner.delete(`/v1/api-keys/${third.id}`)).status).toBe(204);
    expect(await dead()).toEqual(before);
  });

  it('are forgotten by the purge, however long the line; what leads to a key stays', async () => {
    const { app, makeRoot, query } = world;
    const root = await makeRoot();
    const plantLine = (name: string) =>
      query(
        `insert into deleted_key (id, organization_id, created_by, created_at)
         select $2 || n, organization_id, case n when 1 then id else $2 || n - 1 end, now()
         from api_key, generate_series(1, 100) n where id = $1`,
        [root.id, name],
      );
    await plantLine('dead');
    await plantLine('alive');
    const last = await makeRoot();
    await query(`update api_key set created_by_key_id = 'alive100' where id = $1`, [last.id]);
    await query(
      `insert into key_rotation (organization_id, rotated_by, key_id, first_at, last_at)
       select organization_id, 'dead7', 'dead9', now(), now() from api_key where id = $1`,
      [root.id],
    );
    await purgeOutdated(app.services.db);
    const left = `select left(id, 4) as line, count(*)::int from deleted_key
      where id ~ '^(dead|alive)' group by 1`;
    expect(await query(left)).toEqual([{ line: 'aliv', count: 100 }]);
    expect(await query(`select 1 from key_rotation where key_id = 'dead9'`)).toEqual([]);
  });

  it('are forgotten by the purge though they lead to each other, revoked or deleted', async () => {
    const { app, owner, makeRoot, query, revoke } = world;
    const plantPair = async () => {
      const root = await makeRoot();
      const [one, other] = [await makeRoot(root.client), await makeRoot(root.client)];
      const rotate = (by: TestKey, id: string) =>
        by.client.post(`/v1/api-keys/${id}/rotate`, { graceSeconds: 3600 });
      expect((await rotate(one, other.id)).status).toBe(200);
      expect((await rotate(other, one.id)).status).toBe(200);
      await revoke(owner, root.id);
      return [one.id, other.id];
    };
    const [revoked, deleted] = [await plantPair(), await plantPair()];
    for (const id of deleted) expect((await owner.delete(`/v1/api-keys/${id}`)).status).toBe(204);
    await purgeOutdated(app.services.db);
    const left = await query(
      `select id from api_key where leads_on and id = any($1)
       union all select id from deleted_key where id = any($2)
       union all select key_id from key_rotation where key_id = any($2)`,
      [revoked, deleted],
    );
    expect(left).toEqual([]);
  });

  it('are passed over once the purge has seen that nothing is left of what they created', async () => {
    const { app, owner, makeRoot, query, created } = world;
    const root = await makeRoot();
    const line = [await makeRoot(root.client)];
    for (let length = 1; length < 4; length += 1) {
      line.push(await makeRoot((line.at(-1) ?? root).client));
    }
    const other = await makeRoot();
    const last = line.at(-1)?.id ?? '';
    expect((await other.client.post(`/v1/api-keys/${last}/rotate`, {})).status).toBe(200);
    const leading = async () => {
      const ids = [...line, other].map(({ id }) => id);
      const text = 'select id from api_key where leads_on and id = any($1)';
      return (await query<{ id: string }>(text, [ids])).length;
    };
    const revoke = (ids: readonly string[]) => owner.post('/v1/api-keys/revoke', { ids });
    await revoke(line.slice(0, -1).map(({ id }) => id));
    await purgeOutdated(app.services.db);
    // Three lead to the last one, and so does the one that gave it a new secret.
    expect(await leading()).toBe(4);
    expect(await created(root.id)).toMatchObject({ keysCount: 1 });
    await revoke([last, other.id]);
    await purgeOutdated(app.services.db);
    expect(await leading()).toBe(0);
  });
});
