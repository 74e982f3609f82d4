import type { Entry, KeyEntry } from '../codec/entry.ts';

/** Contents of the parts of the recorded conversation, one of each kind of entry and more. */

const OWNER_ID = 'mem_00000000000000000001';
const KEY_ID = 'key_00000000000000000001';

const owner: Entry = {
  type: 'owner',
  memberId: OWNER_ID,
  active: true,
  scopes: ['policies.read', 'usage.read'],
  allApiScopes: false,
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
  secrets: [
    { hash: new Uint8Array(32).fill(1), retiresAtMs: null },
    { hash: new Uint8Array(32).fill(2), retiresAtMs: 1_700_000_600_000 },
  ],
};

export const ENTRIES = {
  firstPart: [
    {
      type: 'organization',
      organizationId: 'org_00000000000000000001',
      allowedIps: ['10.0.0.0/8'],
    },
    owner,
  ],
  lastPart: [key, { ...key, keyId: 'key_00000000000000000002', name: 'staging', secrets: [] }],
  changes: [
    { ...key, status: 'revoked', workspaceId: 'ws_00000000000000000001', expiresAtMs: null },
    { type: 'key-removed', keyId: 'key_00000000000000000002' },
    { type: 'owner-removed', memberId: 'mem_00000000000000000002' },
  ],
} as const satisfies Record<string, readonly Entry[]>;
