import { type Gateway, type Route, type RouteName, routes } from '@tollkeeper/contract';
import { createSecret } from '@tollkeeper/verify';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '../../testing/client.ts';
import { joinWith, makeJoinKey, newPublicKey } from '../../testing/fleet.ts';
import { join } from '../../testing/join.ts';
import { startOtherOrganization } from '../../testing/other-organization.ts';
import { auditEvents, type Query } from '../../testing/query-database.ts';
import { defaultWorkspace, makeKey, startOrganization } from '../../testing/start-organization.ts';
import { type TestApp, withKey } from '../../testing/test-app.ts';
import { whileHeld } from '../../testing/while-held.ts';

const RUSH = process.env.LONG ? 320 : 32;

let app: TestApp;
let owner: Client;
let query: Query;
let stranger: Client;

beforeAll(async () => {
  ({ app, owner, query } = await startOrganization());
  stranger = await startOtherOrganization(app, owner, query);
});

const gatewaysOf = (joinKeyId: string) =>
  query<{ id: string }>('select id from gateway where join_key_id = $1', [joinKeyId]);

/** As if the gateway had joined long ago. */
const age = (gatewayId: string) =>
  query(`update gateway set created_at = created_at - interval '10 minutes' where id = $1`, [
    gatewayId,
  ]);

async function expectInvalid(secret: string, publicKey = newPublicKey()): Promise<string> {
  const answer = await joinWith(app, secret, { publicKey });
  expect([answer.status, answer.problem.code]).toEqual([403, 'join_key_invalid']);
  return answer.problem.detail;
}

describe('joining', () => {
  it('is refused in an organization that was deleted, however the join key came to be', async () => {
    const joinKey = await makeJoinKey(owner, {});
    await query('update organization set deleted_at = now()');
    const answer = await joinWith(app, joinKey.secret);
    await query('update organization set deleted_at = null');
    expect([answer.status, answer.problem.code]).toEqual([403, 'join_key_invalid']);
  });

  it('makes a gateway of the join key’s workspace with its labels, and says whom to believe', async () => {
    const labels = { region: 'eu-1' };
    const joinKey = await makeJoinKey(owner, { labels });
    const fields = { name: 'eu edge', softwareVersion: '1.2.3' };
    const { status, body } = await joinWith(app, joinKey.secret, fields);
    expect(status).toBe(201);
    expect(body).toEqual({
      gatewayId: expect.stringMatching(/^gw_/),
      organizationId: expect.stringMatching(/^org_/),
      workspaceId: await defaultWorkspace(owner),
      controlPlaneKey: app.services.fleet.publicKey,
    });
    const { body: gateway } = await owner.get<Gateway>(`/v1/gateways/${body.gatewayId}`);
    expect(gateway).toMatchObject({
      ...fields,
      labels,
      state: 'never_seen',
      appliedVersion: null,
      lastSeenAt: null,
      instances: [],
      identityConflict: false,
      witness: { key: null, size: null, cosignedAt: null, alarm: null },
    });
  });

  it('has an audit event, and wakes the change feeds', async () => {
    const joinKey = await makeJoinKey(owner);
    const { body } = await joinWith(app, joinKey.secret);
    expect((await auditEvents(query)).at(-1)).toMatchObject({
      action: 'gateway.join',
      actor: {
        type: 'join_key',
        joinKeyId: joinKey.id,
        memberId: joinKey.createdBy.memberId,
      },
      target: { type: 'gateway', id: body.gatewayId, name: 'edge' },
      before: null,
      after: { name: 'edge', joinKeyId: joinKey.id, workspaceId: body.workspaceId },
    });
    expect(
      await query(`select 1 from change where kind = 'gateway' and subject_id = $1`, [
        body.gatewayId,
      ]),
    ).toHaveLength(1);
  });

  it('is refused for what is no public key, no name or no version', async () => {
    const { secret } = await makeJoinKey(owner);
    for (const fields of [
      { publicKey: 'A'.repeat(42) },
      { publicKey: `${'A'.repeat(42)}=` },
      { publicKey: 7 },
      { name: '' },
      { name: 'a\nb' },
      { name: secret },
      { softwareVersion: 'x'.repeat(65) },
      { joinKey: 'x'.repeat(513) },
      { joinKey: null },
      { workspaceId: await defaultWorkspace(owner) },
    ]) {
      expect((await joinWith(app, secret, fields)).status, JSON.stringify(fields)).toBe(422);
    }
    expect((await joinWith(app, secret)).status).toBe(201);
  });
});

describe('the uses of a join key', () => {
  it(`are counted exactly: ${RUSH} at once of a single one make one gateway`, async () => {
    const { id, secret } = await makeJoinKey(owner);
    const answers = await Promise.all(Array.from({ length: RUSH }, () => joinWith(app, secret)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ problem }) => problem.code === 'join_key_invalid')).toHaveLength(
      RUSH - 1,
    );
    expect(await gatewaysOf(id)).toHaveLength(1);
    expect(await query('select uses_count from join_key where id = $1', [id])).toEqual([
      { uses_count: 1 },
    ]);
  });

  it('run out after as many gateways as were asked for', async () => {
    const { id, secret } = await makeJoinKey(owner, { usesMax: 3 });
    const answers = await Promise.all(Array.from({ length: 8 }, () => joinWith(app, secret)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(3);
    expect(await gatewaysOf(id)).toHaveLength(3);
  });

  it('are not spent by one that is already in: a lost answer is given again, also at once', async () => {
    const { id, secret } = await makeJoinKey(owner);
    const publicKey = newPublicKey();
    const events = async () => (await auditEvents(query)).length;
    const before = await events();
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => joinWith(app, secret, { publicKey })),
    );
    await query('update join_key set expires_at = now() where id = $1', [id]);
    answers.push(await joinWith(app, secret, { publicKey, name: 'other' }));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(await gatewaysOf(id)).toHaveLength(1);
    expect(await events()).toBe(before + 1);
  });

  it('are given back by a gateway that did not connect in time, once, to one that asks', async () => {
    const { id, secret } = await makeJoinKey(owner);
    const { body: first } = await joinWith(app, secret);
    await expectInvalid(secret);
    await age(first.gatewayId);
    const answers = await Promise.all(Array.from({ length: RUSH }, () => joinWith(app, secret)));
    const [second, ...others] = answers.filter(({ status }) => status === 201);
    expect(others).toEqual([]);
    expect(await gatewaysOf(id)).toEqual([{ id: second?.body.gatewayId }]);
    expect(await query('select uses_count from join_key where id = $1', [id])).toEqual([
      { uses_count: 1 },
    ]);
    expect((await auditEvents(query)).slice(-2)).toMatchObject([
      { action: 'gateway.join', target: { id: second?.body.gatewayId } },
      { action: 'gateway.delete', target: { id: first.gatewayId }, actor: { joinKeyId: id } },
    ]);
    expect(
      await query(`select 1 from change where kind = 'gateway' and subject_id = $1`, [
        first.gatewayId,
      ]),
    ).toHaveLength(2);
  });

  it('are not given back by one that has connected, nor by one that connects just now', async () => {
    const { id, secret } = await makeJoinKey(owner);
    const { body: first } = await joinWith(app, secret);
    await age(first.gatewayId);
    // As the hello of a gateway does, in a transaction that has not ended.
    const connect = 'update gateway set last_seen_at = clock_timestamp() where id = $1';
    await whileHeld(
      app.database,
      (holder) => holder.query(connect, [first.gatewayId]),
      () => expectInvalid(secret),
    );
    await expectInvalid(secret);
    expect(await gatewaysOf(id)).toEqual([{ id: first.gatewayId }]);
  });

  it('are not given back once the join key has expired', async () => {
    const { id, secret } = await makeJoinKey(owner);
    const { body: first } = await joinWith(app, secret);
    await age(first.gatewayId);
    await query('update join_key set expires_at = now() where id = $1', [id]);
    await expectInvalid(secret);
    expect(await gatewaysOf(id)).toEqual([{ id: first.gatewayId }]);
  });

  it('give one public key to one join key: no other takes it over', async () => {
    const first = await makeJoinKey(owner, { usesMax: 5 });
    const second = await makeJoinKey(owner, { usesMax: 5 });
    const foreign = await makeJoinKey(stranger, { usesMax: 5 });
    const publicKey = newPublicKey();
    expect((await joinWith(app, first.secret, { publicKey })).status).toBe(201);
    await expectInvalid(second.secret, publicKey);
    await expectInvalid(foreign.secret, publicKey);
    // The same 32 bytes, spelled with other spare bits.
    const respelled = `${'A'.repeat(42)}B`;
    expect((await joinWith(app, first.secret, { publicKey: 'A'.repeat(43) })).status).toBe(201);
    await expectInvalid(second.secret, respelled);
    const used = 'select uses_count from join_key where id = any($1)';
    expect(await query(used, [[second.id, foreign.id]])).toEqual([
      { uses_count: 0 },
      { uses_count: 0 },
    ]);
  });

  it('let one organization win where two ask for one public key at once', async () => {
    const [ours, theirs] = [await makeJoinKey(owner), await makeJoinKey(stranger)];
    const publicKey = newPublicKey();
    const answers = await Promise.all(
      [ours, theirs].map(({ secret }) => joinWith(app, secret, { publicKey })),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 403]);
  });
});

describe('what admits no gateway', () => {
  it('looks the same: unknown, used up, expired, deleted, mistyped, another kind of key', async () => {
    const used = await makeJoinKey(owner);
    await joinWith(app, used.secret);
    const expired = await makeJoinKey(owner);
    await query('update join_key set expires_at = now() where id = $1', [expired.id]);
    const deleted = await makeJoinKey(owner);
    await owner.delete(`/v1/join-keys/${deleted.id}`);
    const open = await makeJoinKey(owner);
    const apiKey = await makeKey(app, owner);
    const texts = new Set<string>();
    for (const secret of [
      createSecret('tk_join_', app.services.randomBytes),
      used.secret,
      expired.secret,
      deleted.secret,
      `${open.secret.slice(0, -1)}${open.secret.endsWith('0') ? '1' : '0'}`,
      open.secret.replace('tk_join_', 'tk_live_'),
      open.secret.slice(0, -1),
      ` ${open.secret}`,
      `${open.secret}\0`,
      apiKey.secret,
      'tk_join_',
      'x',
      '\ud800',
    ]) {
      texts.add(await expectInvalid(secret));
    }
    expect(texts.size).toBe(1);
    expect((await joinWith(app, open.secret)).status).toBe(201);
  });

  it('is a join key whose creator’s role does not hold fleet.manage any more, until it does again', async () => {
    const role = await owner.post<{ id: string }>('/v1/roles', {
      name: 'Fleet keeper',
      scopes: ['fleet.manage', 'fleet.read', 'workspaces.read'],
    });
    const path = `/v1/roles/${role.body.id}`;
    const creator = await join(app, owner, 'Role', role.body.id);
    const { secret } = await makeJoinKey(creator.client, { usesMax: 2 });
    const publicKey = newPublicKey();
    expect((await joinWith(app, secret, { publicKey })).status).toBe(201);
    expect((await owner.patch(path, { scopes: ['fleet.read'] })).status).toBe(200);
    await expectInvalid(secret);
    await expectInvalid(secret, publicKey);
    expect((await owner.patch(path, { scopes: ['fleet.manage'] })).status).toBe(200);
    expect((await joinWith(app, secret)).status).toBe(201);
  });

  it('is a join key on any other route', async () => {
    const { secret } = await makeJoinKey(owner);
    const client = withKey(app, secret);
    const others = (Object.entries(routes) as [RouteName, Route][]).filter(
      ([, { access }]) => access !== 'public',
    );
    for (const [name, { method, path }] of others) {
      const answer = await client.raw(method, path.replace('{id}', 'none'), undefined);
      expect([answer.status, answer.problem.code], name).toEqual([401, 'invalid_key']);
    }
    const verified = await owner.post('/v1/api-keys/verify', { key: secret });
    expect(verified.body).toMatchObject({ valid: false, code: 'invalid_key' });
    expect((await joinWith(app, secret)).status).toBe(201);
  });
});
