import type { Problem } from '@tollkeeper/contract';
import { createSecret } from '@tollkeeper/verify';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Client, createClient } from '../testing/client.ts';
import { makeKey, type TestKey } from '../testing/keys.ts';
import {
  addMember,
  addOrganization,
  addWorkspace,
  choosePlan,
  claimedOrganization,
  type Person,
  setMemberStatus,
} from '../testing/people.ts';
import { claimServer, startTestApp, type TestApp, withKey } from '../testing/test-app.ts';

let now = Date.now();
let app: TestApp;
let owner: Client;
let admin: Person;
let verifier: TestKey;
let keys: Record<'expired' | 'of admin' | 'valid', TestKey>;

beforeAll(async () => {
  app = await startTestApp({ clock: () => new Date(now) });
  owner = await claimServer(app);
  await choosePlan(app, 'enterprise');
  const { organizationId } = await claimedOrganization(app);
  admin = await addMember(app, organizationId, 'admin');
  verifier = await makeKey(app, owner, { scopes: ['api_keys.verify'] });
  keys = {
    valid: await makeKey(app, owner),
    expired: await makeKey(app, owner, { expiresAt: new Date(now + 1000).toISOString() }),
    'of admin': await makeKey(app, admin.client),
  };
});

/** What the API answers the key, and what `verify` tells of it, which must be the same code. */
async function decisions(secret: string, scopes: readonly string[] = []) {
  const path = scopes.includes('usage.read') ? '/v1/usage' : '/v1/whoami';
  const answer = await withKey(app, secret).get(path);
  const decision = await verifier.client.post('/v1/api-keys/verify', {
    key: secret,
    scopes,
    ip: '127.0.0.1',
  });
  expect(decision.status).toBe(200);
  return { status: answer.status, problem: answer.problem, decision: decision.body };
}

function unsigned({ requestId: _requestId, ...problem }: Problem) {
  return problem;
}

describe('a key that is refused', () => {
  it('looks the same malformed and unknown: one body, one code', async () => {
    const unknown = createSecret('tk_live_', app.services.randomBytes);
    const mistyped = unknown.slice(0, -1) + (unknown.endsWith('0') ? '1' : '0');
    const first = await decisions(unknown);
    expect(first.status).toBe(401);
    expect(first.problem.code).toBe('invalid_key');
    for (const text of [mistyped, '', 'x', 'tk_live_', `${unknown} `, unknown.toLowerCase()]) {
      const answer = await decisions(text);
      expect(unsigned(answer.problem)).toEqual(unsigned(first.problem));
      expect(answer.decision).toEqual(first.decision);
    }
    expect(first.decision).toMatchObject({ valid: false, code: 'invalid_key', keyId: null });
  });

  it.each(['Basic abc', 'Bearer', 'bearer  x', 'tk_live_x', 'Digest a="b"'])(
    'is refused when the header says %j',
    async (authorization) => {
      const stranger = createClient(app.baseUrl, { authorization });
      const answer = await stranger.get('/v1/whoami');
      expect(answer.problem).toMatchObject({ status: 401, code: 'invalid_key' });
      expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
    },
  );

  it.each([
    { authorization: 'Bearer tk_live_x' },
    { authorization: 'tk_live_x' },
    { authorization: 'Basic abc, Bearer tk_x' },
    { authorization: 'Token TK_LIVE_x' },
    { authorization: 'Bearer "tk_live_x"' },
    { authorization: 'Token token=tk_live_x' },
    { authorization: 'Bearer:tk_live_x' },
    { 'x-api-key': 'tk_liv_x' },
    { authorization: 'Bearer eyJhbGciOiJIUzI1NiJ9.e30.c2ln', 'x-api-key': 'tk_liv_x' },
  ])(
    'is refused when it is meant to be a key of ours, even beside a good session: %j',
    async (headers) => {
      const answer = await owner.raw('GET', '/v1/whoami', undefined, headers);
      expect(answer.problem).toMatchObject({ status: 401, code: 'invalid_key' });
    },
  );

  it.each([
    { verb: 'disable', code: 'disabled' },
    { verb: 'revoke', code: 'revoked' },
  ])('answers $code after $verb', async ({ verb, code }) => {
    const key = await makeKey(app, owner);
    await owner.post(`/v1/api-keys/${key.id}/${verb}`);
    const { status, problem, decision } = await decisions(key.secret);
    expect({ status, code: problem.code }).toEqual({ status: 401, code });
    expect(decision).toMatchObject({ valid: false, code, keyId: key.id, scopes: [] });
  });

  it('answers expired from the moment of expiry, by the server’s clock', async () => {
    now += 999;
    expect((await decisions(keys.expired.secret)).status).toBe(200);
    now += 1;
    const { status, problem, decision } = await decisions(keys.expired.secret);
    expect({ status, code: problem.code }).toEqual({ status: 401, code: 'expired' });
    expect(decision).toMatchObject({ valid: false, code: 'expired' });
  });

  it('answers owner_inactive while its owner is suspended, and revives after', async () => {
    await setMemberStatus(app, admin.memberId, 'suspended');
    const { status, problem, decision } = await decisions(keys['of admin'].secret);
    expect({ status, code: problem.code }).toEqual({ status: 401, code: 'owner_inactive' });
    expect(decision).toMatchObject({ valid: false, code: 'owner_inactive' });
    await setMemberStatus(app, admin.memberId, 'active');
    expect((await decisions(keys['of admin'].secret)).status).toBe(200);
  });

  it('answers ip_not_allowed from elsewhere, whatever a forwarding header claims', async () => {
    const key = await makeKey(app, owner, { allowedIps: ['192.0.2.0/24'] });
    for (const header of ['x-forwarded-for', 'x-real-ip', 'forwarded', 'x-tollkeeper-client-ip']) {
      const answer = await key.client.raw('GET', '/v1/whoami', undefined, {
        [header]: header === 'forwarded' ? 'for=192.0.2.1' : '192.0.2.1',
      });
      expect(answer.problem).toMatchObject({ status: 403, code: 'ip_not_allowed' });
    }
    expect((await decisions(key.secret)).decision).toMatchObject({ code: 'ip_not_allowed' });
  });

  it('answers insufficient_scope, naming the scope', async () => {
    const { status, problem, decision } = await decisions(keys.valid.secret, ['usage.read']);
    expect(status).toBe(403);
    expect(problem).toMatchObject({ code: 'insufficient_scope', scopes: ['usage.read'] });
    expect(problem.detail).toContain('needs the scope "usage.read"');
    expect(decision).toMatchObject({ valid: false, code: 'insufficient_scope', scopes: [] });
  });

  it('answers the first reason of several, in the order of the design', async () => {
    const key = await makeKey(app, admin.client, {
      allowedIps: ['192.0.2.1'],
      expiresAt: new Date(now + 1000).toISOString(),
    });
    const code = async () => (await decisions(key.secret, ['usage.read'])).problem.code;
    expect(await code()).toBe('ip_not_allowed');
    await setMemberStatus(app, admin.memberId, 'suspended');
    expect(await code()).toBe('owner_inactive');
    now += 1000;
    expect(await code()).toBe('expired');
    await owner.post(`/v1/api-keys/${key.id}/disable`);
    expect(await code()).toBe('disabled');
    await owner.post(`/v1/api-keys/${key.id}/revoke`);
    expect(await code()).toBe('revoked');
    await setMemberStatus(app, admin.memberId, 'active');
  });
});

describe('verifying a key', () => {
  const verify = (body: object, client = verifier.client) =>
    client.post('/v1/api-keys/verify', body);

  it('tells what a valid key may do now', async () => {
    const { id, secret, createdBy } = keys.valid;
    expect((await verify({ key: secret, scopes: ['api_keys.read'] })).body).toEqual({
      valid: true,
      code: 'valid',
      keyId: id,
      name: 'a key',
      scopes: ['api_keys.read'],
      workspaceId: null,
      memberId: createdBy.memberId,
      expiresAt: null,
    });
  });

  it('knows no key of another organization, and lets none be asked about from there', async () => {
    const other = await addOrganization(app, 'Other');
    const theirs = await makeKey(app, other.owner.client, { scopes: ['api_keys.verify'] });
    const unknown = await verify({ key: createSecret('tk_live_', app.services.randomBytes) });
    expect((await verify({ key: theirs.secret })).body).toEqual(unknown.body);
    const back = await verify({ key: keys.valid.secret }, theirs.client);
    expect(back.body).toEqual(unknown.body);
  });

  it('refuses a bound key when no address is given, or another one', async () => {
    const key = await makeKey(app, owner, { allowedIps: ['192.0.2.0/24'] });
    for (const ip of [undefined, '192.0.3.1']) {
      const { body } = await verify({ key: key.secret, ...(ip === undefined ? {} : { ip }) });
      expect(body).toMatchObject({ valid: false, code: 'ip_not_allowed' });
    }
    for (const ip of ['192.0.2.1', '::ffff:192.0.2.1']) {
      expect((await verify({ key: key.secret, ip })).body).toMatchObject({ valid: true });
    }
  });

  it('tells a confined caller nothing of a key of another workspace', async () => {
    const { organizationId, workspaceId } = await claimedOrganization(app);
    const elsewhere = await addWorkspace(app, organizationId, 'elsewhere');
    const confined = await makeKey(app, owner, { scopes: ['api_keys.verify'], workspaceId });
    const away = await makeKey(app, owner, { workspaceId: elsewhere });
    for (const asked of [{}, { workspaceId }]) {
      const { body } = await verify({ key: away.secret, ...asked }, confined.client);
      expect(body).toMatchObject({ code: 'wrong_workspace', keyId: null, name: null });
    }
    const asked = { key: away.secret, workspaceId: elsewhere };
    expect((await verify(asked, confined.client)).status).toBe(404);
    const free = await verify({ key: away.secret, workspaceId });
    expect(free.body).toMatchObject({ valid: false, code: 'wrong_workspace', keyId: away.id });
  });

  it('needs the scope, and takes no scope that is none', async () => {
    expect((await verify({ key: 'x' }, keys.valid.client)).problem.code).toBe('insufficient_scope');
    expect((await verify({ key: 'x', scopes: ['root'] })).status).toBe(422);
  });
});
