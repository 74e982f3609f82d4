import {
  createKeyIndex,
  createSecret,
  hashSecret,
  type KeyFacts,
  type KeyIndex,
  NO_SCOPES,
  putOwner,
  putSecret,
  scopeNames,
  scopeSet,
} from '@tollkeeper/verify';
import { beforeEach, describe, expect, it } from 'vitest';
import type { NoKeys, WorkspaceKeys } from '../fleet.ts';
import { type AuthorizationRequest, authorize, watchValidity } from './authorize.ts';

const PLACE = { organizationId: 'org_1', workspaceId: 'ws_1' };
const SECRET = createSecret('tk_live_', (count) => new Uint8Array(count));
const REQUEST: AuthorizationRequest = {
  secret: SECRET,
  ip: '10.1.2.3',
  required: scopeSet(['usage.read']),
};
const KEY: KeyFacts = {
  keyId: 'key_1',
  name: 'ci-pipeline',
  organizationId: 'org_1',
  workspaceId: 'ws_1',
  ownerId: 'mem_1',
  status: 'active',
  expiresAtMs: null,
  scopes: scopeSet(['apis.call', 'usage.read', 'audit.read']),
  allowedIps: ['10.0.0.0/8'],
  tags: [],
  profile: 'custom',
  createdAtMs: 1_700_000_000_000,
  retiresAtMs: null,
};

let index: KeyIndex;
let keys: WorkspaceKeys | NoKeys;
let counted: [keyId: string, accepted: boolean][];
const fleet = {
  keys: () => keys,
  count: ({ keyId }: { keyId: string }, accepted: boolean) => void counted.push([keyId, accepted]),
};

beforeEach(() => {
  index = createKeyIndex();
  keys = { index, ...PLACE };
  counted = [];
  putOwner(index, {
    memberId: 'mem_1',
    organizationId: 'org_1',
    active: true,
    scopes: scopeSet(['apis.call', 'usage.read']),
    roleId: 'role_developer',
  });
});

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
    const decision = authorize(fleet, REQUEST, 1000);
    if (decision.code !== 'valid') throw new Error(decision.code);
    expect([decision.key.keyId, scopeNames(decision.scopes)]).toEqual([
      'key_1',
      ['apis.call', 'usage.read'],
    ]);
    expect(counted).toEqual([['key_1', true]]);
  });

  it.each(FAULTS)('is refused as %s, and counted', (code, facts, request) => {
    putSecret(index, hashSecret(SECRET), { ...KEY, ...facts });
    const decision = authorize(fleet, { ...REQUEST, ...request }, 1000);
    expect(decision).toMatchObject({ code, denial: { code }, keyId: 'key_1' });
    expect(counted).toEqual([['key_1', false]]);
  });

  it('is refused with the names of the scopes that the key lacks now, and of no others', () => {
    putSecret(index, hashSecret(SECRET), KEY);
    const required = scopeSet(['usage.read', 'audit.read', 'members.read']);
    const request = { ...REQUEST, required };
    const lacked = ['audit.read', 'members.read'];
    const detail = expect.stringMatching(/"audit.read", "members.read"/);
    expect(authorize(fleet, request, 1000)).toMatchObject({ denial: { scopes: lacked, detail } });
    expect(watchValidity(fleet, request)(1000)).toMatchObject({ scopes: lacked, detail });
  });

  it('is unknown with a key of another organization, and with none', () => {
    const unknown = { code: 'not_found', denial: { code: 'invalid_key' }, keyId: undefined };
    expect(authorize(fleet, REQUEST, 1000)).toMatchObject(unknown);
    putSecret(index, hashSecret(SECRET), { ...KEY, organizationId: 'org_2' });
    expect(authorize(fleet, REQUEST, 1000)).toMatchObject(unknown);
    expect(counted).toEqual([]);
  });

  it.each<NoKeys>(['no_snapshot', 'snapshot_stale', 'gateway_removed'])(
    'is refused as %s while there are no keys to decide with',
    (code) => {
      keys = code;
      expect(authorize(fleet, REQUEST, 1000)).toMatchObject({ code, denial: { code } });
      expect(counted).toEqual([]);
    },
  );
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
