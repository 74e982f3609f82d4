import type { PolicySimulation, SavedPolicy } from '@tollkeeper/contract';
import fc from 'fast-check';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '../../testing/client.ts';
import { makeCallKey, makeKey, type TestKey } from '../../testing/keys.ts';
import { addWorkspace, claimedOrganization } from '../../testing/people.ts';
import { startOrganization, type TestOrganization } from '../../testing/start-organization.ts';

const REQUEST = { method: 'GET', path: '/v1/invoices' };
const PERMIT = 'permit (principal, action, resource);';
const FORBID = 'forbid (principal, action, resource);';
const IP = '192.0.2.7';

let organization: TestOrganization;
let owner: Client;
let workspaceId: string;
let organizationId: string;
let key: TestKey;
const made: SavedPolicy[] = [];

beforeAll(async () => {
  organization = await startOrganization();
  owner = organization.owner;
  ({ organizationId, workspaceId } = await claimedOrganization(organization.app));
  key = await makeCallKey(organization.app, owner, { workspaceId });
});

const simulate = (fields: object = {}, client = owner) =>
  client.post<PolicySimulation>('/v1/policies/simulate', {
    ...{ keyId: key.id, request: REQUEST, ip: IP },
    ...fields,
  });

async function create(fields: object): Promise<SavedPolicy> {
  const body = { workspaceId, text: PERMIT, ...fields };
  const answer = await owner.post<SavedPolicy>('/v1/policies', body);
  expect(answer.status, answer.problem?.detail).toBe(201);
  made.push(answer.body);
  return answer.body;
}

afterEach(async () => {
  for (const { id } of made.splice(0)) await owner.delete(`/v1/policies/${id}`);
});

/** What each policy says, by its name; the one that every workspace begins with left out. */
function effectsOf({ policies }: PolicySimulation) {
  const others = policies.filter(({ name }) => name !== 'Allow keys with apis.call');
  return Object.fromEntries(
    others.map(({ name, effect, determines }) => [name, [effect, determines]]),
  );
}

it('names the rate limits that would apply, also those of a text that is not saved', async () => {
  const saved = await create({ name: 'limited', text: `@limit("9/day") ${PERMIT}` });
  await create({ name: 'shadow', text: `@limit("1/day") ${PERMIT}`, mode: 'shadow' });
  const policy = { text: `@limit("5/hour") @per("ip") ${PERMIT}` };
  const { body } = await simulate({ policy });
  expect(body.code).toBe('valid');
  expect(body.limits?.toSorted((a, b) => a.count - b.count)).toEqual([
    { policyId: null, count: 5, unit: 'hour', per: 'ip' },
    { policyId: saved.id, count: 9, unit: 'day', per: 'key' },
  ]);
});

it('warns of a gateway that is unknown, and of facts of the route that were not given', async () => {
  const asks = 'resource.path == "/v1" && resource has host && context.path like "/*"';
  const policy = { text: `permit (principal, action, resource) when { ${asks} };` };
  const warned = (await simulate({ policy, request: { ...REQUEST, gateway: 'nowhere' } })).body;
  expect(warned.warnings).toEqual([
    'No gateway of the workspace is called "nowhere".',
    expect.stringContaining('resource.path'),
    expect.stringContaining('resource.host'),
  ]);
  const byId = { text: 'forbid (principal, action, resource == Route::"edge-1/v1");' };
  expect((await simulate({ policy: byId })).body.warnings).toHaveLength(2);
  const given = { ...REQUEST, route: '/v1', host: 'api.example.com' };
  expect((await simulate({ policy, request: given })).body.warnings).toBeUndefined();
});

describe('each policy', () => {
  it('permits, forbids, does not match or errs, and what determines is marked', async () => {
    const texts = {
      permits: 'permit (principal, action, resource) when { context.path like "/v1/*" };',
      'does not match': 'forbid (principal, action == Action::"POST", resource);',
      errs: 'forbid (principal, action, resource) when { context.time.durationSince(datetime("1970-01-01")).toMilliseconds() * 9007199254740991 > 0 };',
    };
    for (const [name, text] of Object.entries(texts)) await create({ name, text });
    await create({ name: 'shadow', text: FORBID, mode: 'shadow' });
    await create({ name: 'disabled', text: FORBID, status: 'disabled' });
    const allowed = (await simulate()).body;
    expect(allowed).toMatchObject({ code: 'valid', wouldDeny: true, keyId: key.id, ip: IP });
    expect(effectsOf(allowed)).toEqual({
      permits: ['permits', true],
      'does not match': ['does_not_match', false],
      errs: ['errors', false],
      shadow: ['forbids', false],
    });
    await create({ name: 'forbids', text: FORBID, workspaceId: null });
    const denied = (await simulate()).body;
    expect(denied).toMatchObject({ code: 'policy_denied', wouldDeny: false });
    expect(effectsOf(denied)).toMatchObject({
      forbids: ['forbids', true],
      permits: ['permits', false],
    });
  });

  it('forbids a path also as other readers may take it', async () => {
    const text = 'forbid (principal, action, resource) when { context.path like "/admin/*" };';
    await create({ name: 'admin', text });
    const { body } = await simulate({ request: { method: 'GET', path: '/%61dmin/x' } });
    expect([body.code, effectsOf(body)]).toEqual(['policy_denied', { admin: ['forbids', true] }]);
  });
});

describe('the call', () => {
  it('is decided as of the time that is given, by its instant', async () => {
    const text =
      'forbid (principal, action, resource) when { context.time < datetime("2020-01-01T00:00:00Z") };';
    await create({ name: 'old', text });
    const codeAt = async (time: string) => (await simulate({ time })).body.code;
    expect(await codeAt('2020-01-01T00:30:00+01:00')).toBe('policy_denied');
    expect(await codeAt('2020-01-01T00:30:00Z')).toBe('valid');
    const { status, problem } = await simulate({ time: '9999-12-31T23:59:59-12:00' });
    expect([status, problem.errors?.[0]?.path]).toEqual([422, 'time']);
  });

  it('needs headers that the policies name, in shadow mode too', async () => {
    const naming = (name: string) =>
      `forbid (principal, action, resource) when { context.headers has "${name}" };`;
    await create({ name: 'named', text: naming('x-team') });
    await create({ name: 'shadow', text: naming('x-shadow'), mode: 'shadow' });
    const { body } = await simulate({ policy: { text: naming('x-draft') } });
    expect(body.headers).toEqual(['x-draft', 'x-shadow', 'x-team']);
  });

  it('knows the model and the tool of a call', async () => {
    const effectOf = async (text: string, request: object) => {
      const { body } = await simulate({
        policy: { text },
        request: { method: 'POST', path: '/', ...request },
      });
      return body.policies.find(({ isDraft }) => isDraft)?.effect;
    };
    const small =
      'permit (principal, action, resource) when { context has model && context.model == "small" };';
    expect(await effectOf(small, { model: 'small' })).toBe('permits');
    expect(await effectOf(small, {})).toBe('does_not_match');
    const search =
      'permit (principal, action, resource) when { context has mcp.tool && context.mcp.tool == "search" };';
    const mcp = { method: 'tools/call', tool: 'search' };
    expect(await effectOf(search, { mcp })).toBe('permits');
    expect(await effectOf(search, { mcp: { method: 'tools/list' } })).toBe('does_not_match');
  });
});

describe('a draft', () => {
  it('is evaluated beside the others, and stored nowhere', async () => {
    const before = await organization.query('select * from policy order by id');
    const { body } = await simulate({ policy: { text: FORBID } });
    expect(body.code).toBe('policy_denied');
    expect(body.policies.find(({ isDraft }) => isDraft)).toMatchObject({
      ...{ id: null, name: null, effect: 'forbids', determines: true },
    });
    expect((await simulate({ policy: { text: FORBID, mode: 'shadow' } })).body).toMatchObject({
      ...{ code: 'valid', wouldDeny: true },
    });
    expect((await simulate()).body.code).toBe('valid');
    expect(await organization.query('select * from policy order by id')).toEqual(before);
  });

  it('replaces the saved policy, also a disabled one', async () => {
    for (const status of ['enabled', 'disabled']) {
      const policy = await create({ name: status, text: FORBID, status });
      const draft = { id: policy.id, text: PERMIT };
      const { body } = await simulate({ policy: draft });
      const says = [body.code, effectsOf(body)[status]];
      expect(says).toEqual(['valid', ['permits', true]]);
      await owner.delete(`/v1/policies/${policy.id}`);
    }
  });

  it('is refused with its errors, like a text that is saved', async () => {
    const { status, problem } = await simulate({ policy: { text: 'permit (principal' } });
    expect([status, problem.code]).toEqual([422, 'policy_invalid']);
    expect(problem.errors?.[0]).toMatchObject({ path: 'policy.text', line: 1 });
  });

  it('replaces no policy of another workspace', async () => {
    const elsewhere = await addWorkspace(organization.app, organizationId, 'elsewhere');
    const { id } = await create({ name: 'Elsewhere', workspaceId: elsewhere });
    const { status, problem } = await simulate({ policy: { id, text: PERMIT } });
    expect([status, problem.code]).toEqual([422, 'validation_failed']);
  });
});

describe('the key', () => {
  it('is refused for what it is refused before any policy', async () => {
    const withFacts = (fields: Record<string, unknown>) =>
      makeCallKey(organization.app, owner, fields);
    const elsewhere = await addWorkspace(organization.app, organizationId, 'third');
    const disabled = await withFacts({});
    await owner.post(`/v1/api-keys/${disabled.id}/disable`);
    const revoked = await withFacts({});
    await owner.post(`/v1/api-keys/${revoked.id}/revoke`);
    const expired = await withFacts({ expiresAt: new Date(Date.now() + 60_000).toISOString() });
    await organization.query('update api_key set expires_at = $1 where id = $2', [
      ...[new Date(0), expired.id],
    ]);
    await organization.app.services.keys.reload();
    const bound = await withFacts({ allowedIps: ['10.0.0.0/8'] });
    const confined = await withFacts({ workspaceId: elsewhere });
    const reader = await makeKey(organization.app, owner, { profile: 'read-only' });
    const codes = [disabled, revoked, expired, bound, confined, reader].map(async ({ id }) => {
      const { body } = await simulate({ keyId: id, workspaceId, policy: { text: FORBID } });
      expect(body.policies.some(({ determines }) => determines)).toBe(false);
      return [body.code, body.missingScopes];
    });
    expect(await Promise.all(codes)).toEqual([
      ['disabled', []],
      ['revoked', []],
      ['expired', []],
      ['ip_not_allowed', []],
      ['wrong_workspace', []],
      ['insufficient_scope', ['apis.call']],
    ]);
    const scopes = ['usage.read'];
    expect((await simulate({ scopes })).body).toMatchObject({
      ...{ code: 'insufficient_scope', missingScopes: scopes },
    });
  });

  it('is not counted, and was not used', async () => {
    const { usage } = organization.app.services;
    await usage.flush();
    const facts = () =>
      organization.query(
        'select last_used_at, (select coalesce(sum(accepted + denied), 0) from key_usage u where u.key_id = k.id) from api_key k where k.id = $1',
        [key.id],
      );
    const before = await facts();
    await simulate();
    await simulate({ policy: { text: FORBID } });
    await usage.flush();
    expect(await facts()).toEqual(before);
    await owner.post('/v1/api-keys/verify', { key: key.secret });
    await usage.flush();
    expect(await facts()).not.toEqual(before);
  });
});

it('agrees with a verification of the same request', async () => {
  await Promise.all([
    create({
      name: 'writes',
      text: 'forbid (principal, action in Action::"write", resource) unless { context.headers has "x-team" && context.headers["x-team"] == "eu" };',
    }),
    create({
      name: 'paths',
      text: 'forbid (principal, action, resource) when { context.path like "/admin*" || !context.ip.isInRange(ip("192.0.2.0/24")) };',
      workspaceId: null,
    }),
    create({ name: 'gateway', text: FORBID.replace(';', ' when { resource.gateway == "edge" };') }),
  ]);
  const given = fc.record({
    request: fc.record(
      {
        method: fc.constantFrom('GET', 'POST', 'PURGE'),
        path: fc.constantFrom('/', '/admin', '/%61dmin', '/a/../admin', '/v1//x', '/%2561dmin'),
        headers: fc.constantFrom({}, { 'X-Team': 'eu' }, { 'x-team': 'us' }),
        gateway: fc.constantFrom('edge', 'other'),
      },
      { requiredKeys: ['method', 'path'] },
    ),
    ip: fc.constantFrom(IP, '10.0.0.1', '2001:db8::1'),
  });
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(given, async ({ request, ip }) => {
      const verified = await owner.post<{ code: string }>('/v1/api-keys/verify', {
        ...{ key: key.secret, scopes: ['apis.call'], workspaceId, request, ip },
      });
      const { body } = await simulate({ request, ip });
      seen.add(body.code);
      expect(body.code).toBe(verified.body.code);
    }),
    // Few random requests are allowed: one in forty runs would see none.
    { numRuns: 60, examples: [[{ request: { method: 'GET', path: '/' }, ip: IP }]] },
  );
  expect(seen).toEqual(new Set(['valid', 'policy_denied']));
});
