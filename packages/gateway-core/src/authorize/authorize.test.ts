import {
  createKeyIndex,
  hashSecret,
  type KeyFacts,
  type KeyIndex,
  NO_SCOPES,
  putOwner,
  putPolicy,
  putSecret,
  scopeNames,
  scopeSet,
} from '@tollkeeper/verify';
import { beforeEach, describe, expect, it } from 'vitest';
import { statementsOf } from '../../../verify/src/testing/policies/statements.ts';
import { systemClock } from '../clock.ts';
import type { DecidedCall, NoKeys, WorkspaceKeys } from '../fleet.ts';
import { createCounters } from '../limits/index.ts';
import { KEY, PLACE, REQUEST, SECRET, withCall } from './authorize.fixture.ts';
import { type AuthorizationRequest, authorize } from './authorize.ts';
import { watchValidity } from './watch-validity.ts';

const counters = createCounters(systemClock);
let index: KeyIndex;
let keys: WorkspaceKeys | NoKeys;
let counted: [keyId: string, accepted: boolean][];
let countedIp: string | undefined;
const fleet = {
  keys: () => keys,
  count: (
    { keyId }: { keyId: string },
    accepted: boolean,
    ...[, , ip]: [number, DecidedCall?, string?]
  ) => {
    counted.push([keyId, accepted]);
    countedIp = ip;
  },
  countCanary: () => undefined,
};

beforeEach(() => {
  index = createKeyIndex();
  keys = { index, ...PLACE, gateway: { name: 'edge-1', labels: { region: 'eu' } } };
  put('pol_1', 'permit (principal, action, resource);');
  counted = [];
  putOwner(index, {
    memberId: 'mem_1',
    organizationId: 'org_1',
    active: true,
    scopes: scopeSet(['apis.call', 'usage.read']),
    roleId: 'role_developer',
  });
});

function put(policyId: string, text: string, mode: 'enforce' | 'shadow' = 'enforce'): void {
  const statements = statementsOf(text);
  putPolicy(index, { policyId, ...PLACE, workspaceId: null, mode, statements });
}

/** Each of these alone is why the call may not pass. */
const FAULTS: readonly (readonly [string, Partial<KeyFacts>, Partial<AuthorizationRequest>])[] = [
  ['revoked', { status: 'revoked' }, {}],
  ['wrong_workspace', { workspaceId: 'ws_2' }, {}],
  ['ip_not_allowed', {}, { ip: '192.0.2.1' }],
  ['insufficient_scope', {}, { required: scopeSet(['audit.read']) }],
  // Whatever the route asks for, a call needs apis.call.
  ['insufficient_scope', { scopes: scopeSet(['usage.read']) }, {}],
  ['insufficient_scope', { scopes: scopeSet(['usage.read']) }, { required: NO_SCOPES }],
];

describe('a call', () => {
  it('is accepted with what the key and its owner both hold, and counted', () => {
    putSecret(index, hashSecret(SECRET), KEY);
    const decision = authorize(fleet, REQUEST, 1000, counters);
    if (decision.code !== 'valid') throw new Error(decision.code);
    expect([decision.key.keyId, scopeNames(decision.scopes)]).toEqual([
      'key_1',
      ['apis.call', 'usage.read'],
    ]);
    expect([counted, countedIp]).toEqual([[['key_1', true]], REQUEST.ip]);
  });

  it.each(FAULTS)('is refused as %s, and counted', (code, facts, request) => {
    putSecret(index, hashSecret(SECRET), { ...KEY, ...facts });
    const decision = authorize(fleet, { ...REQUEST, ...request }, 1000, counters);
    expect(decision).toMatchObject({ code, denial: { code }, keyId: 'key_1' });
    expect(counted).toEqual([['key_1', false]]);
  });

  it('is refused with the names of the scopes that the key lacks now, and of no others', () => {
    putSecret(index, hashSecret(SECRET), KEY);
    const required = scopeSet(['usage.read', 'audit.read', 'members.read']);
    const request = { ...REQUEST, required };
    const lacked = ['audit.read', 'members.read'];
    const detail = expect.stringMatching(/"audit.read", "members.read"/);
    expect(authorize(fleet, request, 1000, counters)).toMatchObject({
      denial: { scopes: lacked, detail },
    });
    expect(watchValidity(fleet, request)(1000)).toMatchObject({ scopes: lacked, detail });
  });

  it('is unknown with a key of another organization, and with none', () => {
    const unknown = { code: 'not_found', denial: { code: 'invalid_key' }, keyId: undefined };
    expect(authorize(fleet, REQUEST, 1000, counters)).toMatchObject(unknown);
    putSecret(index, hashSecret(SECRET), { ...KEY, organizationId: 'org_2' });
    expect(authorize(fleet, REQUEST, 1000, counters)).toMatchObject(unknown);
    expect(counted).toEqual([]);
  });

  it.each<NoKeys>(['no_snapshot', 'snapshot_stale', 'gateway_removed'])(
    'is refused as %s while there are no keys to decide with',
    (code) => {
      keys = code;
      expect(authorize(fleet, REQUEST, 1000, counters)).toMatchObject({ code, denial: { code } });
      expect(counted).toEqual([]);
    },
  );
});

describe('policies', () => {
  const FORBID_GET = 'forbid (principal, action == Action::"GET", resource);';

  beforeEach(() => {
    putSecret(index, hashSecret(SECRET), KEY);
  });

  it('refuse a call that all else lets through, and it is counted', () => {
    put('pol_2', FORBID_GET);
    const denial = { code: 'policy_denied', detail: 'The policies do not allow this request.' };
    expect(authorize(fleet, REQUEST, 1000, counters)).toEqual({
      ...{ code: 'policy_denied', denial, keyId: 'key_1' },
    });
    expect(counted).toEqual([['key_1', false]]);
    expect(authorize(fleet, withCall({ method: 'POST' }), 1000, counters).code).toBe('valid');
  });

  it('come behind the scopes', () => {
    put('pol_2', FORBID_GET);
    const required = scopeSet(['audit.read']);
    const lacking = authorize(fleet, { ...REQUEST, required }, 1000, counters);
    expect(lacking.code).toBe('insufficient_scope');
  });

  it.each([
    'resource.gateway == "edge-1" && resource.path == "/v1" && resource.host == "api.example.com"',
    'resource.hasTag("region") && resource.getTag("region") == "eu"',
    'context.path == "/v1/invoices" && context.method == "GET"',
    'context.headers has "x-team" && context.headers["x-team"] == "payments, eu"',
    '!(context.headers has "x-other")',
    'context.ip == ip("10.1.2.3") && context.time == datetime("1970-01-01T00:00:01Z")',
    'principal.environment == "live"',
  ])('know: %s', (condition) => {
    put('pol_1', `permit (principal, action, resource) when { ${condition} };`);
    expect(authorize(fleet, REQUEST, 1000, counters).code).toBe('valid');
  });

  it('forbid a path however it is written', () => {
    const admin = 'context.path like "/admin*"';
    put('pol_2', `forbid (principal, action, resource) when { ${admin} };`);
    for (const path of ['/admin', '/%61dmin/x', '/ADMIN', '//admin', '/%2561dmin', '/admin;a=b']) {
      expect(authorize(fleet, withCall({ path }), 1000, counters).code).toBe('policy_denied');
    }
    expect(authorize(fleet, withCall({ path: '/Other/%20x' }), 1000, counters).code).toBe('valid');
    const unreadable = authorize(fleet, withCall({ path: '/x/%2e%2e/admin' }), 1000, counters);
    expect(unreadable).toMatchObject({
      code: 'policy_denied',
      denial: { detail: expect.stringMatching(/two ways/) },
    });
  });

  it.each([
    ['permit (principal, action, resource) unless { context.path like "/admin*" };', '/x'],
    ['permit (principal, action, resource) when { context.path like "/x*" };', '/x;a/%41'],
  ])('permit a path only however it is written: %s', (text, permitted) => {
    put('pol_1', text);
    for (const path of ['/%61dmin', '/ADMIN', '//admin', '/%2561dmin', '/;a/admin', '//x/admin']) {
      expect(authorize(fleet, withCall({ path }), 1000, counters).code).toBe('policy_denied');
    }
    expect(authorize(fleet, withCall({ path: permitted }), 1000, counters).code).toBe('valid');
  });

  it('forbid a path with letters of either case however it is written', () => {
    const users = 'context.path like "/v1/adminUsers*"';
    put('pol_2', `forbid (principal, action, resource) when { ${users} };`);
    for (const name of [
      'adminUsers',
      '%61dminUsers',
      '/adminUsers',
      'ADMINUSERS',
      '%EF%BD%81dminUsers',
    ]) {
      expect(authorize(fleet, withCall({ path: `/v1/${name}` }), 1000, counters).code).toBe(
        'policy_denied',
      );
    }
    expect(authorize(fleet, withCall({ path: '/v1/otherUsers' }), 1000, counters).code).toBe(
      'valid',
    );
  });

  it('refuse a call of which too little is known, and say so', () => {
    put('pol_2', FORBID_GET);
    const overrides = ['X-HTTP-Method-Override', 'PUT', 'X_Http_Method', 'PATCH'];
    for (const request of [
      { ...REQUEST, call: undefined },
      ...['', 'post', 'POST, PUT'].map((method) => withCall({ method })),
      withCall({ host: 'other.example.com, api.example.com' }),
      withCall({ method: 'POST', rawHeaders: overrides }),
    ]) {
      const decision = authorize(fleet, request, 1000, counters);
      expect(decision).toMatchObject({ denial: { detail: expect.stringMatching(/not know/) } });
    }
    putSecret(index, hashSecret(SECRET), { ...KEY, allowedIps: [] });
    const nowhere = authorize(fleet, { ...REQUEST, ip: '' }, 1000, counters);
    expect(nowhere).toMatchObject({ denial: { detail: expect.stringMatching(/trustedProxies/) } });
    if (typeof keys !== 'string') keys = { ...keys, gateway: undefined };
    expect(authorize(fleet, REQUEST, 1000, counters).code).toBe('policy_denied');
    put('pol_2', 'permit (principal, action, resource);');
    expect(authorize(fleet, { ...REQUEST, call: undefined }, 1000, counters).code).toBe('valid');
  });

  it.each(['X-HTTP-Method-Override', 'x-method-override', 'X_HTTP_METHOD'])(
    'ask for the method that a server may take from %s',
    (name) => {
      put('pol_2', 'forbid (principal, action == Action::"DELETE", resource);');
      const sent = (value: string) => withCall({ method: 'POST', rawHeaders: [name, value] });
      expect(authorize(fleet, sent('delete'), 1000, counters).code).toBe('policy_denied');
      expect(authorize(fleet, sent('PATCH'), 1000, counters).code).toBe('valid');
    },
  );

  it.each(['authorization', 'cookie', 'x-api-key'])('cannot read the header %s', (name) => {
    const request = withCall({ rawHeaders: [name, `Bearer ${SECRET}`, 'Api-Key', SECRET] });
    put('pol_1', `permit (principal, action, resource) when { context.headers has "${name}" };`);
    expect(authorize(fleet, request, 1000, counters).code).toBe('policy_denied');
    const probe = `context.headers["api-key"] like "${SECRET.slice(0, 20)}*"`;
    const isSent = 'context.headers has "api-key"';
    put('pol_1', `permit (principal, action, resource) when { ${isSent} && ${probe} };`);
    expect(authorize(fleet, request, 1000, counters).code).toBe('policy_denied');
    put('pol_1', `permit (principal, action, resource) when { ${isSent} };`);
    expect(authorize(fleet, request, 1000, counters).code).toBe('valid');
  });

  it('in shadow let it through, and say that they would have refused it', () => {
    put('pol_2', FORBID_GET, 'shadow');
    expect(authorize(fleet, REQUEST, 1000, counters)).toMatchObject({
      code: 'valid',
      wouldDeny: true,
    });
    expect(authorize(fleet, withCall({ method: 'POST' }), 1000, counters)).toMatchObject({
      code: 'valid',
      wouldDeny: false,
    });
  });

  it('end what outlasts its decision, once they change or their time has come', () => {
    const watch = watchValidity(fleet, REQUEST);
    expect(watch(1000)).toBeUndefined();
    put('pol_2', FORBID_GET);
    expect(watch(1000)).toMatchObject({ code: 'policy_denied' });
    const evening = 'context.time > datetime("1970-01-01T00:00:02Z")';
    put('pol_2', `forbid (principal, action, resource) when { ${evening} };`);
    expect(watch(2000)).toBeUndefined();
    expect(watch(2001)).toMatchObject({ code: 'policy_denied' });
  });
});

describe('what outlasts its decision', () => {
  it('stands as long as the call would be accepted again, and is not counted', () => {
    putSecret(index, hashSecret(SECRET), KEY);
    expect(watchValidity(fleet, REQUEST)(1000)).toBeUndefined();
    expect(counted).toEqual([]);
  });

  it.each(FAULTS)('ends once the call would be refused as %s', (code, facts, request) => {
    putSecret(index, hashSecret(SECRET), { ...KEY, ...facts });
    expect(watchValidity(fleet, { ...REQUEST, ...request })(1000)).toMatchObject({ code });
  });

  it('ends when the key becomes another organization’s, or is gone', () => {
    const watch = watchValidity(fleet, REQUEST);
    expect(watch(1000)).toMatchObject({ code: 'invalid_key' });
    putSecret(index, hashSecret(SECRET), { ...KEY, organizationId: 'org_2' });
    expect(watch(1000)).toMatchObject({ code: 'invalid_key' });
  });

  it.each<NoKeys>(['no_snapshot', 'snapshot_stale', 'gateway_removed'])(
    'ends as %s once there are no keys to decide with',
    (code) => {
      keys = code;
      expect(watchValidity(fleet, REQUEST)(1000)).toMatchObject({ code });
    },
  );
});
