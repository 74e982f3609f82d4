import { createHash, randomUUID } from 'node:crypto';
import type { Entry, KeyEntry, PolicyEntry, Position } from '@tollkeeper/protocol';
import { decideHash, decidePolicies, type KeyIndex } from '@tollkeeper/verify';

export const ORGANIZATION = 'org_7dQx0mJ2vK4tR9sZ1aBc';
export const WORKSPACE = idOf('ws', 1);
export const OWNER = idOf('mem', 1);

export function idOf(prefix: string, number: number): string {
  return `${prefix}_${String(number).padStart(20, '0')}`;
}

export function hashOf(number: number): Uint8Array {
  return createHash('sha256').update(`secret ${number}`).digest();
}

/** A key with one secret, that of its number. */
export function keyOf(number: number, facts: Partial<KeyEntry> = {}): KeyEntry {
  return {
    type: 'key',
    keyId: idOf('key', number),
    name: `key ${number}`,
    workspaceId: null,
    ownerId: OWNER,
    status: 'active',
    expiresAtMs: null,
    scopes: ['policies.read'],
    allowedIps: [],
    tags: [],
    profile: 'custom',
    createdAtMs: 1_700_000_000_000,
    secrets: [{ hash: hashOf(number), retiresAtMs: null }],
    ...facts,
  };
}

/** What a control plane knows of a workspace: what is, and what changed, each change a version. */
export interface World {
  version(): number;
  /** Where it stands. */
  position(): Position;
  /** Whether it stands or stood there. */
  holds(position: Position | null): boolean;
  /** Makes a version. */
  change(...entries: Entry[]): void;
  entries(): Entry[];
  /** What changed after the version. */
  since(version: number): Entry[];
  /** As it is now, in a lineage of its own from here on: a backup, or what is restored from it. */
  fork(): World;
}

/** The policy that every workspace begins with. */
export const PERMIT_ALL: PolicyEntry = {
  type: 'policy',
  policyId: idOf('pol', 1),
  mode: 'enforce',
  statements: [
    {
      effect: 'permit',
      principal: { op: 'All' },
      action: { op: 'All' },
      resource: { op: 'All' },
      conditions: [],
    },
  ],
};

export function createWorld(keysCount = 3): World {
  const scopes = ['policies.read'] as const;
  const owner: Entry = {
    type: 'owner',
    memberId: OWNER,
    active: true,
    scopes,
    allApiScopes: false,
    roleId: 'role_developer',
  };
  const keys = Array.from({ length: keysCount }, (_, at) => keyOf(at + 1));
  const entries = [owner, PERMIT_ALL, ...keys].map((each): [string, Entry] => [nameOf(each), each]);
  return openWorld(new Map(entries), [], [randomUUID()]);
}

function nameOf(entry: Entry): string {
  if ('keyId' in entry) return entry.keyId;
  if ('policyId' in entry) return entry.policyId;
  return 'memberId' in entry ? entry.memberId : entry.organizationId;
}

/** @param revisions one more than there are versions */
function openWorld(entries: Map<string, Entry>, versions: Entry[][], revisions: string[]): World {
  const put = (entry: Entry) => {
    if (entry.type.endsWith('-removed')) entries.delete(nameOf(entry));
    else entries.set(nameOf(entry), entry);
  };
  return {
    version: () => versions.length,
    position: () => ({ version: versions.length, revision: revisions.at(-1) ?? '' }),
    holds: (position) => position !== null && revisions[position.version] === position.revision,
    fork: () => openWorld(new Map(entries), [...versions], [...revisions]),
    change(...changed) {
      versions.push(changed);
      revisions.push(randomUUID());
      changed.forEach(put);
    },
    entries: () => [...entries.values()],
    since: (version) => versions.slice(version).flat(),
  };
}

/** What is decided about each of the first secrets. */
export function decisionsOf(index: KeyIndex, count: number): string[] {
  const place = { organizationId: ORGANIZATION, workspaceId: WORKSPACE };
  return Array.from({ length: count }, (_, at) => {
    const { code, slot } = decideHash(index, hashOf(at + 1), { workspaceId: WORKSPACE }, 0);
    if (code !== 'valid') return code;
    const secret = { slot, environment: 'live' } as const;
    const { decision } = decidePolicies(index, secret, place, undefined, 0);
    return decision === 'allow' ? code : 'policy_denied';
  });
}
