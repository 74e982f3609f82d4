import type { Entry, KeyEntry } from '../codec/entry.ts';

/** Contents of the parts of the recorded conversations, one of each kind of entry and more. */

const OWNER_ID = 'mem_00000000000000000001';
const KEY_ID = 'key_00000000000000000001';

const owner: Entry = {
  type: 'owner',
  memberId: OWNER_ID,
  active: true,
  scopes: ['policies.read', 'usage.read'],
  allApiScopes: false,
  roleId: '',
};
const key: KeyEntry = {
  type: 'key',
  keyId: KEY_ID,
  name: 'ci-pipeline – Zürich',
  workspaceId: null,
  ownerId: OWNER_ID,
  status: 'active',
  expiresAtMs: 1_800_000_000_000,
  scopes: ['policies.read', 'usage.read'],
  allowedIps: ['10.0.0.0/8', '2001:db8::/32'],
  tags: [],
  profile: 'custom',
  createdAtMs: 0,
  secrets: [
    { hash: new Uint8Array(32).fill(1), retiresAtMs: null },
    { hash: new Uint8Array(32).fill(2), retiresAtMs: 1_700_000_600_000 },
  ],
};
const organization: Entry = {
  type: 'organization',
  organizationId: 'org_00000000000000000001',
  allowedIps: ['10.0.0.0/8'],
};
const changedKey = {
  status: 'revoked',
  workspaceId: 'ws_00000000000000000001',
  expiresAtMs: null,
} as const;
const removed = [
  { type: 'key-removed', keyId: 'key_00000000000000000002' },
  { type: 'owner-removed', memberId: 'mem_00000000000000000002' },
] as const;

/** `permit (principal, action, resource);` */
const PERMIT_ALL = {
  effect: 'permit',
  principal: { op: 'All' },
  action: { op: 'All' },
  resource: { op: 'All' },
  conditions: [],
};
const policy: Entry = {
  type: 'policy',
  policyId: 'pol_00000000000000000001',
  mode: 'enforce',
  statements: [PERMIT_ALL],
};
const taggedKey: KeyEntry = {
  ...key,
  tags: ['ci', 'team:payments'],
  profile: 'organization',
  createdAtMs: 1_690_000_000_000,
};

type RecordedParts = Readonly<Record<'firstPart' | 'lastPart' | 'changes', readonly Entry[]>>;

/** By the version of the protocol. Parts of version 3 know nothing of policies. */
export const ENTRIES = {
  3: {
    firstPart: [organization, owner],
    lastPart: [key, { ...key, keyId: 'key_00000000000000000002', name: 'staging', secrets: [] }],
    changes: [{ ...key, ...changedKey }, ...removed],
  },
  4: {
    firstPart: [organization, policy, { ...owner, roleId: 'role_developer' }],
    lastPart: [
      taggedKey,
      { ...taggedKey, keyId: 'key_00000000000000000002', name: 'staging', secrets: [] },
    ],
    changes: [
      { ...taggedKey, ...changedKey },
      ...removed,
      { ...policy, mode: 'shadow', statements: [{ ...PERMIT_ALL, effect: 'forbid' }] },
      { type: 'policy-removed', policyId: 'pol_00000000000000000002' },
    ],
  },
} as const satisfies Readonly<Record<3 | 4, RecordedParts>>;
