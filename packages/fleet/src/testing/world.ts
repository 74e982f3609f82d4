import { createHash } from 'node:crypto';
import { decideHash, type KeyIndex } from '@tollkeeper/verify';
import type { Entry, KeyEntry } from '../wire/entry.ts';

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
    secrets: [{ hash: hashOf(number), retiresAtMs: null }],
    ...facts,
  };
}

/** What a control plane knows of a workspace: what is, and what changed, each change a version. */
export interface World {
  version(): number;
  /** Makes a version. */
  change(...entries: Entry[]): void;
  entries(): Entry[];
  /** What changed after the version. */
  since(version: number): Entry[];
}

export function createWorld(keysCount = 3): World {
  const owner: Entry = { type: 'owner', memberId: OWNER, active: true, scopes: ['policies.read'] };
  const entries = new Map<string, Entry>([[OWNER, owner]]);
  const versions: Entry[][] = [];
  const put = (entry: Entry) => {
    if (entry.type === 'key-removed') entries.delete(entry.keyId);
    else if (entry.type === 'owner-removed') entries.delete(entry.memberId);
    else if (entry.type === 'key') entries.set(entry.keyId, entry);
    else entries.set(entry.type === 'owner' ? entry.memberId : entry.organizationId, entry);
  };
  for (let number = 1; number <= keysCount; number++) put(keyOf(number));
  return {
    version: () => versions.length,
    change(...changed) {
      versions.push(changed);
      changed.forEach(put);
    },
    entries: () => [...entries.values()],
    since: (version) => versions.slice(version).flat(),
  };
}

/** What is decided about each of the first secrets. */
export function decisionsOf(index: KeyIndex, count: number): string[] {
  return Array.from(
    { length: count },
    (_, at) => decideHash(index, hashOf(at + 1), { workspaceId: WORKSPACE }, 0).code,
  );
}
