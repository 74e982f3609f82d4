import type { ApiKey, RouteOutput, Routes } from '@tollkeeper/contract';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '../testing/client.ts';
import { KEY_CHANGES } from '../testing/key-changes.ts';
import { makeKey, type TestKey } from '../testing/keys.ts';
import {
  addMember,
  addWorkspace,
  choosePlan,
  claimedOrganization,
  type Person,
} from '../testing/people.ts';
import { claimServer, startTestApp, type TestApp } from '../testing/test-app.ts';

type Keys = { data: ApiKey[] };
type Stats = RouteOutput<Routes['getKeyStats']>;

let app: TestApp;
let owner: Client;
let developer: Person;
let ofOwner: { here: TestKey; elsewhere: TestKey; anywhere: TestKey };
let ofDeveloper: TestKey;
let confined: TestKey;
let ownKeysOnly: TestKey;

beforeAll(async () => {
  app = await startTestApp();
  owner = await claimServer(app);
  const { organizationId, workspaceId } = await claimedOrganization(app);
  const elsewhere = await addWorkspace(app, organizationId, 'elsewhere');
  await choosePlan(app, 'enterprise');
  developer = await addMember(app, organizationId, 'developer');
  ofDeveloper = await makeKey(app, developer.client, { workspaceId });
  ofOwner = {
    here: await makeKey(app, owner, { workspaceId }),
    elsewhere: await makeKey(app, owner, { workspaceId: elsewhere }),
    anywhere: await makeKey(app, owner),
  };
  const scopes = ['api_keys.read', 'api_keys.create', 'api_keys.revoke', 'usage.read'];
  confined = await makeKey(app, owner, {
    scopes: [...scopes, 'api_keys.manage_all', 'workspaces.read'],
    workspaceId,
  });
  ownKeysOnly = await makeKey(app, owner, { scopes });
});

async function visibleTo(client: Client): Promise<Set<string>> {
  const { body } = await client.get<Keys>('/v1/api-keys');
  return new Set(body.data.map(({ id }) => id));
}

describe('a key that is confined to a workspace', () => {
  it('sees its workspace and nothing of another, nor what no workspace confines', async () => {
    const ids = [ofDeveloper.id, ofOwner.here.id, confined.id];
    expect(await visibleTo(confined.client)).toEqual(new Set(ids));
    const { body } = await confined.client.get<Stats>('/v1/api-keys/stats');
    expect(body).toMatchObject({ totalKeys: 3, activeKeys: 3 });
    const workspaces = await confined.client.get<{ data: unknown[] }>('/v1/workspaces');
    expect(workspaces.body.data).toMatchObject([{ id: confined.workspaceId }]);
  });

  it('answers 404 to each read and change of a key of another workspace', async () => {
    for (const { id } of [ofOwner.elsewhere, ofOwner.anywhere]) {
      for (const { call } of KEY_CHANGES) {
        expect((await call(confined.client, id)).status).toBe(404);
      }
      for (const path of [id, `${id}/usage`]) {
        expect((await confined.client.get(`/v1/api-keys/${path}`)).status).toBe(404);
      }
    }
  });

  it('counts no call of another workspace', async () => {
    await ofOwner.elsewhere.client.get('/v1/whoami');
    await ofOwner.anywhere.client.get('/v1/whoami');
    await ofOwner.here.client.get('/v1/whoami');
    await app.services.usage.flush();
    const own = await confined.client.get<Stats>('/v1/api-keys/stats');
    await app.services.usage.flush();
    const all = await owner.get<Stats>('/v1/api-keys/stats');
    expect(own.body.apiCalls24h).toBeLessThan(all.body.apiCalls24h - 2);
    const elsewhere = ofOwner.elsewhere.workspaceId;
    const filtered = await confined.client.get<Keys>(`/v1/api-keys?workspaceId=${elsewhere}`);
    expect(filtered.body.data).toEqual([]);
  });
});

describe('without api_keys.manage_all', () => {
  it('a member sees and changes only their own keys', async () => {
    expect(await visibleTo(developer.client)).toEqual(new Set([ofDeveloper.id]));
    const { body } = await developer.client.get<Stats>('/v1/api-keys/stats');
    expect(body).toMatchObject({ totalKeys: 1, activeKeys: 1 });
    const ofOther = `/v1/api-keys?memberId=${ofOwner.here.createdBy.memberId}`;
    expect((await developer.client.get<Keys>(ofOther)).body.data).toEqual([]);
    for (const { call } of KEY_CHANGES) {
      expect((await call(developer.client, ofOwner.here.id)).status).toBe(404);
    }
  });

  it('a key sees and changes only keys of its own owner', async () => {
    const visible = await visibleTo(ownKeysOnly.client);
    expect(visible.has(ofOwner.elsewhere.id)).toBe(true);
    expect(visible.has(ofDeveloper.id)).toBe(false);
    for (const { call } of KEY_CHANGES) {
      expect((await call(ownKeysOnly.client, ofDeveloper.id)).status).toBe(404);
    }
    expect((await developer.client.get<ApiKey>(`/v1/api-keys/${ofDeveloper.id}`)).body.status).toBe(
      'active',
    );
  });
});
