import { createHash, randomBytes } from 'node:crypto';
import { SCOPES } from '@tollkeeper/contract';
import { createSecret, type KeyFacts, type KeyOwner, scopeSet } from '../src/index.ts';

const KEYS_PER_OWNER = 100;
const OWNERS_PER_ORGANIZATION = 10;
const WORKSPACES = 1000;
const ALL_SCOPES = scopeSet(SCOPES);
const KEY_SCOPES = scopeSet(['api_keys.read', 'policies.read', 'usage.read', 'api_keys.verify']);

/** The key at the position: half are confined to a workspace, one of eight to a range. */
export function factsOf(position: number): KeyFacts {
  const owner = Math.floor(position / KEYS_PER_OWNER);
  return {
    keyId: idOf('key', position),
    name: asReceived(`ci-pipeline-${position}`),
    organizationId: organizationOf(owner),
    workspaceId: position % 2 ? idOf('ws', position % WORKSPACES) : null,
    ownerId: idOf('mem', owner),
    status: 'active',
    expiresAtMs: position % 3 ? 4_000_000_000_000 : null,
    scopes: KEY_SCOPES,
    allowedIps: position % 8 ? [] : ['10.0.0.0/8'],
    tags: position % 4 ? [] : ['ci', `team:${position % 200}`],
    profile: 'custom',
    createdAtMs: 1_700_000_000_000 + position,
    retiresAtMs: null,
  };
}

/** The owners of that many keys. */
export function ownersOf(keys: number): KeyOwner[] {
  return Array.from({ length: Math.ceil(keys / KEYS_PER_OWNER) }, (_, owner) => ({
    memberId: idOf('mem', owner),
    organizationId: organizationOf(owner),
    active: true,
    scopes: ALL_SCOPES,
    roleId: 'role_developer',
  }));
}

export function newSecrets(count: number): string[] {
  return Array.from({ length: count }, () => asReceived(createSecret('tk_live_', randomBytes)));
}

/** A copy of the text in one piece, just made, as a header that was just read is. */
export function asReceived(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1');
}

function organizationOf(owner: number): string {
  return idOf('org', Math.floor(owner / OWNERS_PER_ORGANIZATION));
}

function idOf(prefix: string, number: number): string {
  const digest = createHash('sha256').update(`${prefix}${number}`).digest('hex');
  return asReceived(`${prefix}_${digest.slice(0, 20)}`);
}
