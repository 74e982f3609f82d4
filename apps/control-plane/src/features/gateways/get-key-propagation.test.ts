import {
  KEYS_PROPAGATION_MAX,
  type KeyPropagation,
  type KeysPropagation,
} from '@tollkeeper/contract';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Answer, Client } from '../../testing/client.ts';
import { applyVersion, connectGateway, joinFleet, versionOf } from '../../testing/fleet.ts';
import { type Joined, join } from '../../testing/join.ts';
import { startOtherOrganization } from '../../testing/other-organization.ts';
import { addWorkspace, claimedOrganization } from '../../testing/people.ts';
import type { Query } from '../../testing/query-database.ts';
import { makeKey, startOrganization, type TestKey } from '../../testing/start-organization.ts';
import type { TestApp } from '../../testing/test-app.ts';

let app: TestApp;
let owner: Client;
let query: Query;
let developer: Joined;
let stranger: Client;
let production: string;
let staging: string;
let first: string;
let second: string;
let elsewhere: string;

beforeAll(async () => {
  ({ app, owner, query } = await startOrganization());
  developer = await join(app, owner, 'Dora', 'role_developer');
  stranger = await startOtherOrganization(app, owner, query);
  const { organizationId, workspaceId } = await claimedOrganization(app);
  production = workspaceId;
  staging = await addWorkspace(app, organizationId, 'staging', 'test');
  first = await newGateway(production, 'first');
  second = await newGateway(production, 'second');
  elsewhere = await newGateway(staging, 'elsewhere');
});

const newGateway = async (workspaceId: string, name: string) =>
  (await joinFleet(app, owner, workspaceId, { name })).gateway.gatewayId;

const ask = (client: Client, id: string): Promise<Answer<KeyPropagation>> =>
  client.get(`/v1/api-keys/${id}/propagation`);

async function propagation(id: string, client = owner): Promise<KeyPropagation> {
  const answer = await ask(client, id);
  expect(answer.status, answer.problem?.detail).toBe(200);
  return answer.body;
}

const newKey = (workspaceId: string | null = production, creator = owner) =>
  makeKey(app, creator, { profile: 'custom', scopes: ['api_keys.read'], workspaceId });

/** When the newest version of the workspace was made. */
async function changedAt(workspaceId: string): Promise<Date> {
  const [row] = await query<{ at: Date }>(
    'select at from workspace_change where workspace_id = $1 order by version desc limit 1',
    [workspaceId],
  );
  return row?.at ?? new Date(0);
}

/** The gateway applies the newest version, so long after it was made. */
async function catchUp(gatewayId: string, afterMs: number, workspaceId = production) {
  const at = new Date((await changedAt(workspaceId)).getTime() + afterMs);
  await applyVersion(query, gatewayId, await versionOf(query, workspaceId), at);
}

describe('the propagation of a key’s last change', () => {
  it('names each gateway of its workspace: when it applied it, and how long it took', async () => {
    const key = await newKey();
    await owner.post(`/v1/api-keys/${key.id}/disable`);
    const at = await changedAt(production);
    await catchUp(first, 40);
    const body = await propagation(key.id);
    expect(body).toMatchObject({
      keyId: key.id,
      changedAt: at.toISOString(),
      gatewaysCount: 2,
      appliedCount: 1,
      slowestMs: 40,
    });
    expect(body.gateways).toMatchObject([
      {
        gatewayId: first,
        name: 'first',
        workspaceId: production,
        state: 'never_seen',
        applied: true,
        appliedAt: new Date(at.getTime() + 40).toISOString(),
        tookMs: 40,
      },
      { gatewayId: second, applied: false, appliedAt: null, tookMs: null },
    ]);
    await connectGateway(query, first);
    await catchUp(second, 700);
    const both = await propagation(key.id);
    expect(both).toMatchObject({ appliedCount: 2, slowestMs: 700 });
    expect(both.gateways[0]?.state).toBe('connected');
  });

  it('counts a later version for it, at the earliest, and begins anew with the next change', async () => {
    const key = await newKey();
    const at = await changedAt(production);
    await newKey();
    await newKey();
    const version = await versionOf(query, production);
    await applyVersion(query, first, version, new Date(at.getTime() + 90));
    await applyVersion(query, first, version + 7, new Date(at.getTime() + 5000));
    expect((await propagation(key.id)).gateways[0]).toMatchObject({ applied: true, tookMs: 90 });
    await query('update gateway set applied_version = $2 where id = $1', [first, version]);
    await owner.post(`/v1/api-keys/${key.id}/revoke`, {});
    const [behind] = (await propagation(key.id)).gateways;
    expect(behind).toMatchObject({ applied: false, tookMs: null });
    await query('delete from gateway_version where version > $1', [version]);
  });

  it('of a key that no workspace confines concerns all gateways, each by its own version', async () => {
    const key = await newKey(null);
    await catchUp(first, 10);
    await catchUp(elsewhere, 20, staging);
    const body = await propagation(key.id);
    expect(body).toMatchObject({ gatewaysCount: 3, appliedCount: 2, slowestMs: 20 });
    const applied = body.gateways.map(({ name, tookMs }) => [name, tookMs]);
    expect(applied).toEqual([
      ['first', 10],
      ['second', null],
      ['elsewhere', 20],
    ]);
  });

  it('took no time where a gateway joined later: it has known nothing else', async () => {
    const key = await newKey(staging);
    const late = await newGateway(staging, 'late');
    await catchUp(late, 60_000, staging);
    await catchUp(elsewhere, 30, staging);
    const body = await propagation(key.id);
    expect(body).toMatchObject({ gatewaysCount: 2, appliedCount: 2, slowestMs: 30 });
    expect(body.gateways[1]).toMatchObject({ name: 'late', applied: true, tookMs: null });
    expect(body.gateways[1]?.appliedAt).not.toBeNull();
  });

  it('is known by versions alone once the change is forgotten', async () => {
    const key = await newKey();
    await newKey();
    await query('delete from change where id <= (select id from change where subject_id = $1)', [
      key.id,
    ]);
    await catchUp(first, 5);
    const body = await propagation(key.id);
    expect(body).toMatchObject({ changedAt: null, appliedCount: 1, slowestMs: null });
    expect(body.gateways).toMatchObject([
      { applied: true, tookMs: null },
      { applied: false, tookMs: null },
    ]);
    await query('delete from change');
    const forgotten = await propagation(key.id);
    expect(forgotten.gateways.map(({ applied }) => applied)).toEqual([true, false]);
    await newKey();
  });
});

describe('the propagation of several keys’ last changes', () => {
  const askAll = (ids: readonly string[], client = owner): Promise<Answer<KeysPropagation>> =>
    client.post('/v1/api-keys/propagation', { ids });

  async function disable(keys: readonly TestKey[]): Promise<string[]> {
    for (const { id } of keys) await owner.post(`/v1/api-keys/${id}/disable`);
    return keys.map(({ id }) => id);
  }

  it('counts a gateway once it has applied all of them, from the last', async () => {
    const ids = await disable([await newKey(), await newKey(), await newKey()]);
    const version = await versionOf(query, production);
    const at = await changedAt(production);
    await applyVersion(query, second, version - 1, at);
    await applyVersion(query, first, version, new Date(at.getTime() + 60));
    const [last] = [...ids].reverse();
    // The order in which they are asked for tells nothing.
    const { status, body } = await askAll([last ?? '', ...ids]);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      keysCount: 3,
      changedAt: at.toISOString(),
      gatewaysCount: 2,
      appliedCount: 1,
      slowestMs: 60,
    });
    expect(body.gateways.map(({ name, applied }) => [name, applied])).toEqual([
      ['first', true],
      ['second', false],
    ]);
    expect((await askAll(ids.slice(0, 2))).body.appliedCount).toBe(2);
  });

  it('asks of each gateway only what concerns its workspace', async () => {
    const ids = await disable([await newKey(staging), await newKey()]);
    await catchUp(elsewhere, 10, staging);
    const { body } = await askAll(ids);
    const applied = body.gateways.map(({ name, applied }) => [name, applied]);
    expect(applied).toEqual(
      expect.arrayContaining([
        ['first', false],
        ['second', false],
        ['elsewhere', true],
      ]),
    );
    const everywhere = await disable([await newKey(null)]);
    const later = (await askAll([...ids, ...everywhere])).body.gateways;
    expect(later.find(({ name }) => name === 'elsewhere')?.applied).toBe(false);
  });

  it('asks for the later change of one workspace, though an earlier one concerned all', async () => {
    const gatewayIds = { [production]: first, [staging]: elsewhere };
    for (const [workspaceId, gatewayId] of Object.entries(gatewayIds)) {
      const everywhere = await disable([await newKey(null)]);
      await catchUp(gatewayId, 10, workspaceId);
      const ids = [...everywhere, ...(await disable([await newKey(workspaceId)]))];
      const { gateways } = (await askAll(ids)).body;
      expect(gateways.find((each) => each.gatewayId === gatewayId)?.applied).toBe(false);
    }
  });

  it('is refused where one of them is not to be seen, and for what are no ids', async () => {
    const [own = '', other = ''] = [(await newKey()).id, (await newKey(staging)).id];
    for (const client of [stranger, developer.client]) {
      expect((await askAll([own], client)).problem.code).toBe('not_found');
    }
    const confined = await makeKey(app, owner, { profile: 'workspace', workspaceId: staging });
    expect((await askAll([other], confined.client)).status).toBe(200);
    const refused = await askAll([other, own], confined.client);
    expect([refused.status, refused.problem.detail.includes(own)]).toEqual([404, true]);
    const many = Array.from({ length: KEYS_PROPAGATION_MAX + 1 }, () => own);
    expect((await askAll(many.slice(1))).status).toBe(200);
    for (const ids of [[], many, [own, ''], [first], [`${own}\0`]]) {
      expect((await askAll(ids)).status, ids.join()).toBe(422);
    }
    const billing = await join(app, owner, 'Bina', 'role_billing');
    expect((await askAll([own], billing.client)).problem.code).toBe('insufficient_scope');
  });
});

describe('a deleted key', () => {
  let key: TestKey;
  let ofDeveloper: TestKey;
  beforeAll(async () => {
    key = await newKey();
    ofDeveloper = await newKey(production, developer.client);
    for (const { id } of [ofDeveloper, key]) await owner.delete(`/v1/api-keys/${id}`);
    await catchUp(first, 15);
  });

  it('shows its propagation still, while the deletion is remembered', async () => {
    expect(await propagation(key.id)).toMatchObject({ gatewaysCount: 2, appliedCount: 1 });
    expect((await propagation(key.id)).gateways[0]?.tookMs).toBe(15);
  });

  it('is shown to its former owner, and no other deleted key is', async () => {
    const own = await makeKey(app, developer.client, { profile: 'read-only' });
    const other = await makeKey(app, owner, { profile: 'read-only' });
    for (const [client, { id }] of [
      [developer.client, own],
      [owner, other],
    ] as const) {
      expect((await client.delete(`/v1/api-keys/${id}`)).status).toBe(204);
    }
    expect((await ask(developer.client, own.id)).status).toBe(200);
    expect((await ask(developer.client, other.id)).status).toBe(404);
  });

  it('is shown to those who could see the key: its owner and managers of all keys, within their workspace', async () => {
    expect((await ask(developer.client, key.id)).status).toBe(404);
    expect((await ask(developer.client, ofDeveloper.id)).status).toBe(200);
    expect((await ask(stranger, key.id)).status).toBe(404);
    const scopes = ['api_keys.read', 'api_keys.manage_all'];
    const within = async (workspaceId: string) =>
      (await makeKey(app, owner, { profile: 'custom', scopes, workspaceId })).client;
    expect((await ask(await within(production), key.id)).status).toBe(200);
    expect((await ask(await within(staging), key.id)).status).toBe(404);
  });
});

describe('what is refused', () => {
  it('is a key that never was, is another’s or of another workspace, and a caller without the scope', async () => {
    const key = await newKey();
    expect((await ask(owner, 'key_7dQx0mJ2vK4tR9sZ1aBc')).status).toBe(404);
    expect((await ask(owner, first)).status).toBe(404);
    expect((await ask(stranger, key.id)).status).toBe(404);
    expect((await ask(developer.client, key.id)).status).toBe(404);
    const confined = await makeKey(app, owner, { profile: 'workspace', workspaceId: staging });
    expect((await ask(confined.client, key.id)).status).toBe(404);
    const own = await newKey(staging);
    const seen = await propagation(own.id, confined.client);
    expect(seen.gateways.every(({ workspaceId }) => workspaceId === staging)).toBe(true);
    const foreign = await makeKey(app, stranger, { profile: 'read-only' });
    expect((await propagation(foreign.id, stranger)).gateways).toEqual([]);
    const billing = await join(app, owner, 'Bill', 'role_billing');
    expect((await ask(billing.client, key.id)).problem.code).toBe('insufficient_scope');
  });
});
