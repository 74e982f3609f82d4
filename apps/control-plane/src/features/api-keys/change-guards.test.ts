import { createId, SCOPES } from '@tollkeeper/contract';
import type pg from 'pg';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '../../testing/client.ts';
import { CREATE_BODY, KEY_CHANGES } from '../../testing/key-changes.ts';
import { makeKey, type TestKey } from '../../testing/keys.ts';
import {
  addMember,
  addOrganization,
  choosePlan,
  claimedOrganization,
  type Person,
} from '../../testing/people.ts';
import { readTables } from '../../testing/tables.ts';
import { claimServer, startTestApp, type TestApp } from '../../testing/test-app.ts';
import { whileHeld } from '../../testing/while-held.ts';

let app: TestApp;
let owner: Client;
let viewer: Person;
let developer: Person;
let stranger: Person;
let strangerKey: TestKey;
let target: { active: TestKey; disabled: TestKey };

beforeAll(async () => {
  app = await startTestApp();
  owner = await claimServer(app);
  const { organizationId } = await claimedOrganization(app);
  await choosePlan(app, 'enterprise');
  viewer = await addMember(app, organizationId, 'viewer');
  developer = await addMember(app, organizationId, 'developer');
  stranger = (await addOrganization(app, 'Other')).owner;
  strangerKey = await makeKey(app, stranger.client, { profile: 'organization' });
  target = { active: await makeKey(app, owner), disabled: await makeKey(app, owner) };
  await owner.post(`/v1/api-keys/${target.disabled.id}/disable`);
});

/** Runs the calls and shows that they left every row as it was. */
async function changingNothing(calls: () => Promise<void>): Promise<void> {
  const before = await readTables(app);
  await calls();
  expect(await readTables(app)).toEqual(before);
}

describe('without the scope', () => {
  it.each(KEY_CHANGES)('refuses to $verb with 403, by session and by key', async (change) => {
    const scopes = SCOPES.filter((scope) => scope !== change.scope);
    const key = await makeKey(app, owner, { scopes });
    await changingNothing(async () => {
      for (const client of [viewer.client, key.client]) {
        const answer = await change.call(client, target[change.from].id);
        expect(answer.status).toBe(403);
        expect(answer.problem).toMatchObject({
          code: 'insufficient_scope',
          scopes: [change.scope],
        });
      }
    });
  });

  it('refuses to create, by session and by key', async () => {
    const key = await makeKey(app, owner, { scopes: ['api_keys.read', 'api_keys.revoke'] });
    await changingNothing(async () => {
      for (const client of [viewer.client, key.client]) {
        const answer = await client.post('/v1/api-keys', CREATE_BODY);
        expect(answer.problem).toMatchObject({ status: 403, code: 'insufficient_scope' });
      }
    });
  });
});

describe('a scope that is taken away while the change waits', () => {
  it.each(KEY_CHANGES)('keeps it from happening: $verb', async (change) => {
    const scopes = ['api_keys.read', 'api_keys.create', 'api_keys.revoke', 'api_keys.manage_all'];
    const role = { name: `to ${change.verb}`, scopes };
    const { id: roleId } = (await owner.post<{ id: string }>('/v1/roles', role)).body;
    const { organizationId } = await claimedOrganization(app);
    const { client, memberId } = await addMember(app, organizationId, 'viewer');
    expect((await owner.patch(`/v1/members/${memberId}`, { roleId })).status).toBe(200);
    const take = async (holder: pg.Client) => {
      const chain = 'select from audit_chain where organization_id = $1 for update';
      await holder.query(chain, [organizationId]);
      const taken = 'update role set scopes = array_remove(scopes, $1) where id = $2';
      await holder.query(taken, [change.scope, roleId]);
    };
    const send = () => change.call(client, target[change.from].id);
    const { problem } = await whileHeld(app.database, take, send);
    expect(problem).toMatchObject({ code: 'insufficient_scope', scopes: [change.scope] });
  });
});

describe('a key that is none of the caller’s', () => {
  it.each(KEY_CHANGES)(
    'answers $verb of it with the 404 of a key that never was',
    async (change) => {
      const { id } = target[change.from];
      const unknown = createId('apiKey', app.services.randomBytes);
      await changingNothing(async () => {
        for (const client of [stranger.client, strangerKey.client, developer.client]) {
          const answer = await change.call(client, id);
          const never = await change.call(client, unknown);
          expect(answer.status).toBe(404);
          expect(generic(answer.problem, id)).toEqual(generic(never.problem, unknown));
        }
      });
    },
  );

  it('cannot be read, nor its usage, nor be found in a list', async () => {
    const { id } = target.active;
    for (const { client } of [stranger, developer]) {
      expect((await client.get(`/v1/api-keys/${id}`)).status).toBe(404);
      expect((await client.get(`/v1/api-keys/${id}/usage`)).status).toBe(404);
      expect(JSON.stringify((await client.get('/v1/api-keys')).body)).not.toContain(id);
    }
  });

  it('cannot be made in another organization’s workspace', async () => {
    const { workspaceId } = await claimedOrganization(app);
    await changingNothing(async () => {
      const body = { ...CREATE_BODY, workspaceId };
      expect((await stranger.client.post('/v1/api-keys', body)).status).toBe(404);
    });
  });
});

function generic(
  { requestId: _requestId, ...problem }: object & { requestId: string },
  id: string,
) {
  return JSON.stringify(problem).replaceAll(id, 'ID');
}

describe('a body that is not right', () => {
  const past = '2020-01-01T00:00:00.000Z';
  it.each([
    ['create', { ...CREATE_BODY, name: '' }, 'name'],
    ['create', { ...CREATE_BODY, expiresAt: past }, 'expiresAt'],
    ['create', { ...CREATE_BODY, profile: 'read-only' }, 'scopes'],
    ['create', { name: 'n', profile: 'custom' }, 'scopes'],
    ['create', { name: 'n', profile: 'root' }, 'profile'],
    ['create', { ...CREATE_BODY, memberId: 'mem_7dQx0mJ2vK4tR9sZ1aBc' }, 'memberId'],
    ['create', { ...CREATE_BODY, tags: ['a,b'] }, 'tags/0'],
    ['update', {}, 'body'],
    ['update', { tags: ['ci', ''] }, 'tags/1'],
    ['update', { name: '   ' }, 'name'],
    ['update', { expiresAt: past }, 'expiresAt'],
    ['update', { allowedIps: ['10.0.0.0/33'] }, 'allowedIps/0'],
    ['update', { status: 'active' }, 'status'],
    ['update', { workspaceId: null }, 'workspaceId'],
    ['disable', { reason: 'x' }, 'reason'],
    ['enable', { status: 'active' }, 'status'],
    ['revoke', { reason: 7 }, 'reason'],
    ['revoke', { reason: 'a\nb' }, 'reason'],
    ['revoke', { force: true }, 'force'],
    ['rotate', { graceSeconds: -1 }, 'graceSeconds'],
    ['rotate', { graceSeconds: 1e9 }, 'graceSeconds'],
    ['rotate', { graceSeconds: '60' }, 'graceSeconds'],
    ['rotate', { secret: 'tk_live_mine' }, 'secret'],
    ['delete', { cascade: true }, 'cascade'],
  ] as const)('is refused by %s: %j', async (verb, body, path) => {
    const id = verb === 'enable' ? target.disabled.id : target.active.id;
    await changingNothing(async () => {
      const answer = await send(verb, id, body);
      expect(answer.status).toBe(422);
      expect(answer.problem.code).toBe('validation_failed');
      expect(new Set(answer.problem.errors?.map((error) => error.path))).toEqual(new Set([path]));
    });
  });
});

function send(verb: string, id: string, body: object) {
  if (verb === 'create') return owner.post('/v1/api-keys', body);
  if (verb === 'update') return owner.patch(`/v1/api-keys/${id}`, body);
  if (verb !== 'delete') return owner.post(`/v1/api-keys/${id}/${verb}`, body);
  const json = { 'content-type': 'application/json' };
  return owner.raw('DELETE', `/v1/api-keys/${id}`, JSON.stringify(body), json);
}
