import type { ApiKeyWithSecret } from '@tollkeeper/contract';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Client } from '../../testing/client.ts';
import { join } from '../../testing/join.ts';
import { makeKey } from '../../testing/keys.ts';
import { readTables } from '../../testing/tables.ts';
import { withKey } from '../../testing/test-app.ts';
import { whileHeld } from '../../testing/while-held.ts';
import { requireCallerOutside } from './caller-in-cascade.ts';
import { type CascadeWorld, ctxOf, startCascadeWorld } from './cascade-world.fixture.ts';

let world: CascadeWorld;

beforeAll(async () => {
  world = await startCascadeWorld();
});

const REFUSED = 'cascade_includes_caller';

/** What each way of ending the key with what it created answers, and the preview of it. */
async function codes(client: Client, id: string) {
  const body = { ids: [id], cascade: true };
  const answers = [
    await client.get(`/v1/api-keys/${id}/created`),
    await client.post('/v1/api-keys/created', { ids: [id] }),
    await client.post(`/v1/api-keys/${id}/revoke`, { cascade: true }),
    await client.post('/v1/api-keys/revoke', body),
    await client.delete(`/v1/api-keys/${id}?cascade=true`),
  ];
  return answers.map(({ problem }) => problem.code);
}

async function rotate(client: Client, id: string) {
  const answer = await client.post<ApiKeyWithSecret>(`/v1/api-keys/${id}/rotate`, {});
  expect(answer.status).toBe(200);
  return withKey(world.app, answer.body.secret ?? '');
}

describe('a key that asks for a cascade in which it would end', () => {
  it('is refused before anything changes', async () => {
    const { app, owner, makeRoot, named } = world;
    const root = await makeRoot();
    const child = await makeRoot(root.client);
    const deleted = await makeRoot(root.client);
    const below = await makeRoot(deleted.client);
    expect((await owner.delete(`/v1/api-keys/${deleted.id}`)).status).toBe(204);
    const guest = await join(app, child.client, named('Guest'), 'role_admin');
    const ofGuest = await makeKey(app, guest.client, { profile: 'organization' });
    const rotated = await rotate(root.client, (await makeRoot()).id);
    const rotatedByGuest = await rotate(guest.client, (await makeRoot()).id);
    const before = await readTables(app);
    for (const client of [root.client, child.client, below.client, rotated, rotatedByGuest]) {
      expect(await codes(client, root.id)).toEqual(Array(5).fill(REFUSED));
    }
    const ofDeleted = [REFUSED, undefined, 'not_found', undefined, REFUSED];
    expect(await codes(below.client, deleted.id)).toEqual(ofDeleted);
    expect(await readTables(app)).toEqual(before);
    // The owner of the calling key stays, and so does what is theirs.
    const { body } = await ofGuest.client.get<{ keysCount: number }>(
      `/v1/api-keys/${root.id}/created`,
    );
    expect(body.keysCount).toBeGreaterThan(0);
  });

  it('may revoke the key without what it created', async () => {
    const { makeRoot, whoami } = world;
    const root = await makeRoot();
    const child = await makeRoot(root.client);
    const revoked = await child.client.post(`/v1/api-keys/${root.id}/revoke`, {});
    expect(revoked.status).toBe(200);
    expect([await whoami(root), await whoami(child)]).toEqual(['revoked', 'valid']);
  });
});

describe('a key that does not end in the cascade that it asks for', () => {
  it('is not refused for what had come from the root before it did', async () => {
    const { makeRoot, letAMinutePass, whoami, owner, revoke } = world;
    const root = await makeRoot();
    const creator = await makeRoot();
    const caller = await makeRoot(creator.client);
    await letAMinutePass();
    await rotate(root.client, creator.id);
    expect((await revoke(caller.client, root.id)).status).toBe(200);
    expect([await whoami(root), await whoami(caller)]).toEqual(['revoked', 'valid']);
    expect((await owner.get(`/v1/api-keys/${creator.id}`)).body).toMatchObject({
      status: 'revoked',
    });
  });

  it('belongs to a member whom the owner invited again', async () => {
    const { app, owner, makeRoot, named, letAMinutePass, joinAgain, revoke, statusOf } = world;
    const root = await makeRoot();
    const inviter = await join(app, root.client, named('Inviter'), 'role_admin');
    const person = await join(app, inviter.client, named('Person'), 'role_admin');
    expect((await owner.delete(`/v1/members/${person.memberId}`)).status).toBe(204);
    await letAMinutePass();
    await joinAgain(owner, person, 'role_admin');
    await letAMinutePass();
    const colleague = await join(app, person.client, named('Colleague'), 'role_admin');
    const caller = await makeRoot(colleague.client);
    expect((await revoke(caller.client, root.id)).status).toBe(200);
    expect([await statusOf(inviter), await statusOf(colleague)]).toEqual(['removed', 'active']);
  });
});

it('waits for no search under the lock where all of the keys are revoked already', async () => {
  const { app, owner, makeRoot, named, revoke } = world;
  const [root, caller] = [await makeRoot(), await makeRoot()];
  expect((await revoke(owner, root.id)).status).toBe(200);
  const others: number[] = [];
  const repeated = await whileHeld(
    app.database,
    (holder) => holder.query('lock table deleted_key in access exclusive mode'),
    () => revoke(caller.client, root.id),
    async () => {
      const body = { name: named('meanwhile'), environment: 'test' };
      others.push((await owner.post('/v1/workspaces', body)).status);
    },
  );
  expect(others).toEqual([201]);
  expect(repeated.problem.code).toBe('invalid_state');
});

it('is refused where it takes too long to tell, as others wait meanwhile', async () => {
  const { app, makeRoot } = world;
  const root = await makeRoot();
  const caller = await makeRoot((await makeRoot()).client);
  const ctx = await ctxOf(app, caller);
  const ask = () =>
    app.services.db.transaction((tx) => requireCallerOutside(tx, ctx, [root.id], undefined));
  await ask();
  let now = 0;
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => {
    now += 1000;
    return now;
  });
  onTestFinished(() => clock.mockRestore());
  await expect(ask()).rejects.toMatchObject({ code: 'cascade_undetermined' });
});
