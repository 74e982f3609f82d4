import {
  type ApiKey,
  type ApiKeyWithSecret,
  BUILT_IN_ROLES,
  PROFILE_SCOPES,
  SCOPES,
  type Scope,
} from '@tollkeeper/contract';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '../../testing/client.ts';
import { makeKey } from '../../testing/keys.ts';
import { addMember, addWorkspace, choosePlan, claimedOrganization } from '../../testing/people.ts';
import { claimServer, startTestApp, type TestApp } from '../../testing/test-app.ts';

const HOUR_MS = 3_600_000;
const inHours = (hours: number) => new Date(Date.now() + hours * HOUR_MS).toISOString();

let app: TestApp;
let owner: Client;
let organizationId: string;
let here: string;
let elsewhere: string;

beforeAll(async () => {
  app = await startTestApp();
  owner = await claimServer(app);
  ({ organizationId, workspaceId: here } = await claimedOrganization(app));
  elsewhere = await addWorkspace(app, organizationId, 'elsewhere');
  await choosePlan(app, 'enterprise');
});

/** A key that holds all of these and may make keys. */
function makeCreator(fields: object = {}, scopes: readonly Scope[] = ['usage.read']) {
  return makeKey(app, owner, {
    scopes: ['api_keys.create', 'api_keys.read', ...scopes],
    ...fields,
  });
}

function child(fields: object = {}) {
  return { name: 'child', profile: 'custom', scopes: ['usage.read'], ...fields };
}

describe('a key that makes a key', () => {
  it('cannot give scopes beyond its own, though its owner holds them, and names each', async () => {
    const creator = await makeCreator();
    const beyond = ['api_keys.manage_all', 'audit.read'];
    const answer = await creator.client.post(
      '/v1/api-keys',
      child({ scopes: ['usage.read', ...beyond] }),
    );
    expect(answer.status).toBe(403);
    expect(answer.problem).toMatchObject({ code: 'scope_not_held', scopes: beyond });
    for (const name of beyond) expect(answer.problem.detail).toContain(name);
  });

  it('makes a key like itself when nothing else is asked', async () => {
    const bounds = {
      expiresAt: inHours(5),
      allowedIps: ['127.0.0.0/8', '::1'],
      tags: ['ci', 'prod'],
      workspaceId: here,
    };
    const creator = await makeCreator(bounds);
    const made = await creator.client.post<ApiKeyWithSecret>('/v1/api-keys', child());
    expect(made.body).toMatchObject({ ...bounds, scopes: ['usage.read'] });
    expect(made.body.createdBy.memberId).toBe(creator.createdBy.memberId);
  });

  it.each([
    ['a later expiry', { expiresAt: inHours(3) }],
    ['no expiry', { expiresAt: null }],
    ['no addresses', { allowedIps: [] }],
    ['a wider range', { allowedIps: ['127.0.0.0/7'] }],
    ['other addresses beside its own', { allowedIps: ['127.0.0.1', '192.0.2.1'] }],
    ['all of IPv6', { allowedIps: ['::/0'] }],
    ['its addresses in a wider mapped range', { allowedIps: ['::ffff:0:0/96'] }],
  ])('cannot give %s', async (_what, fields) => {
    const creator = await makeCreator({ expiresAt: inHours(2), allowedIps: ['127.0.0.0/8'] });
    const answer = await creator.client.post('/v1/api-keys', child(fields));
    expect(answer.problem).toMatchObject({ status: 403, code: 'ceiling_exceeded' });
    const kept = await creator.client.patch(`/v1/api-keys/${creator.id}`, fields);
    expect(kept.problem).toMatchObject({ status: 403, code: 'ceiling_exceeded' });
  });

  it.each([
    ['no tags', []],
    ['fewer tags', ['ci']],
    ['more tags', ['ci', 'prod', 'x']],
    ['other tags', ['ci', 'lab']],
  ])('cannot give %s, though another key of its owner has them', async (_what, tags) => {
    await makeCreator({ tags });
    const creator = await makeCreator({ tags: ['ci', 'prod'] });
    const same = await creator.client.post('/v1/api-keys', child({ tags: ['prod', 'ci'] }));
    expect(same.status).toBe(201);
    for (const answer of [
      await creator.client.post('/v1/api-keys', child({ tags })),
      await creator.client.patch(`/v1/api-keys/${creator.id}`, { tags }),
    ]) {
      expect(answer.problem).toMatchObject({ status: 403, code: 'ceiling_exceeded' });
      expect(answer.problem.detail).toContain('has the tags "ci", "prod"');
    }
  });

  it('gives any tags only where it may edit the policies of every workspace', async () => {
    for (const [fields, status] of [
      [{}, 201],
      [{ workspaceId: here }, 403],
    ] as const) {
      const creator = await makeCreator(fields, ['usage.read', 'policies.edit']);
      const made = await creator.client.post('/v1/api-keys', child({ tags: ['prod'] }));
      expect(made.status).toBe(status);
    }
  });

  it('cannot leave its workspace: another one is unknown to it, none is refused', async () => {
    const creator = await makeCreator({ workspaceId: here });
    const away = await creator.client.post('/v1/api-keys', child({ workspaceId: elsewhere }));
    expect(away.status).toBe(404);
    const free = await creator.client.post('/v1/api-keys', child({ workspaceId: null }));
    expect(free.problem.code).toBe('ceiling_exceeded');
    const preset = { name: 'wide', profile: 'organization' };
    expect((await creator.client.post('/v1/api-keys', preset)).problem.code).toBe(
      'ceiling_exceeded',
    );
  });
});

describe('editing and rotating beyond oneself', () => {
  it('gives no secret of a key that can do more', async () => {
    const creator = await makeCreator({ workspaceId: here });
    const more = await makeCreator({ workspaceId: here }, ['audit.read']);
    const answer = await creator.client.post(`/v1/api-keys/${more.id}/rotate`, {});
    expect(answer.problem).toMatchObject({ code: 'scope_not_held', scopes: ['audit.read'] });
    expect((await more.client.get('/v1/whoami')).status).toBe(200);
  });

  it('gives no secret of a key that lives longer, comes from anywhere, or has other tags', async () => {
    const other = await makeCreator();
    for (const bounds of [
      { expiresAt: inHours(1) },
      { allowedIps: ['127.0.0.1'] },
      { tags: ['ci'] },
    ]) {
      const creator = await makeCreator(bounds);
      const answer = await creator.client.post(`/v1/api-keys/${other.id}/rotate`, {});
      expect(answer.problem.code).toBe('ceiling_exceeded');
    }
  });

  it('widens no key, itself included', async () => {
    const creator = await makeCreator();
    for (const id of [creator.id, (await makeCreator()).id]) {
      const answer = await creator.client.patch(`/v1/api-keys/${id}`, { scopes: ['audit.read'] });
      expect(answer.problem).toMatchObject({ code: 'scope_not_held', scopes: ['audit.read'] });
    }
  });

  it('binds members as well: a demoted member cannot rotate what their key held before', async () => {
    const developer = await addMember(app, organizationId, 'developer');
    const answer = await developer.client.post('/v1/api-keys', child({ scopes: ['audit.export'] }));
    expect(answer.problem).toMatchObject({ code: 'scope_not_held', scopes: ['audit.export'] });
  });
});

describe('a profile', () => {
  it.each(['owner', 'admin', 'developer'] as const)(
    'gives the part that the %s holds',
    async (role) => {
      const { client } = await addMember(app, organizationId, role);
      const held = BUILT_IN_ROLES.find(({ id }) => id === `role_${role}`)?.scopes ?? [];
      for (const profile of ['workspace', 'organization', 'read-only'] as const) {
        const workspaceId = profile === 'workspace' ? here : undefined;
        const key = await makeKey(app, client, { profile, workspaceId });
        const part = PROFILE_SCOPES[profile].filter((scope) => held.includes(scope));
        expect(key.scopes).toEqual(part.toSorted());
      }
    },
  );

  it('never gives organization.delete or organization.transfer with "organization"', async () => {
    const key = await makeKey(app, owner, { profile: 'organization' });
    const rest = SCOPES.filter((scope) => !/^organization\.(delete|transfer)$/.test(scope));
    expect(key.scopes).toEqual(rest.toSorted());
    expect(key.workspaceId).toBeNull();
  });

  it('stays what it was resolved to: a key of a narrow key is narrow', async () => {
    const creator = await makeCreator({}, []);
    const made = await creator.client.post<ApiKey>('/v1/api-keys', {
      name: 'n',
      profile: 'read-only',
    });
    expect(made.body.scopes).toEqual(['api_keys.read']);
  });

  it('is refused where it would be empty', async () => {
    const creator = await makeKey(app, owner, { scopes: ['api_keys.create'] });
    const answer = await creator.client.post('/v1/api-keys', { name: 'n', profile: 'read-only' });
    expect(answer.problem.errors).toMatchObject([{ path: 'profile' }]);
  });
});

describe('a set of scopes', () => {
  it('is refused when empty, and with each unknown or repeated scope named', async () => {
    const empty = await owner.post('/v1/api-keys', child({ scopes: [] }));
    expect(empty.problem).toMatchObject({ status: 422, errors: [{ path: 'scopes' }] });
    const scopes = [
      'usage.read',
      'root',
      'usage.read',
      'usage.read ',
      'API_KEYS.READ',
      '__proto__',
    ];
    const answer = await owner.post('/v1/api-keys', child({ scopes }));
    expect(answer.status).toBe(422);
    expect(answer.problem.errors).toEqual([
      { path: 'scopes/1', message: '"root" is not a scope' },
      { path: 'scopes/2', message: '"usage.read" is named twice' },
      { path: 'scopes/3', message: '"usage.read " is not a scope' },
      { path: 'scopes/4', message: '"API_KEYS.READ" is not a scope' },
      { path: 'scopes/5', message: '"__proto__" is not a scope' },
    ]);
  });
});
