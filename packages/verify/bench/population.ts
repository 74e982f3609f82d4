import { createHash, randomBytes } from 'node:crypto';
import { SCOPES } from '@tollkeeper/contract';
import { createSecret, type KeyFacts, type KeyOwner, scopeSet } from '../src/index.ts';

const OWNERS_PER_KEY = 0.01;
const WORKSPACES = 1000;
const ALL_SCOPES = scopeSet(SCOPES);
const KEY_SCOPES = scopeSet(['api_keys.read', 'policies.read', 'usage.read', 'api_keys.verify']);

/** A hundred keys to an owner, ten owners to an organization; one key of eight bound to a range. */
export function factsOf(position: number, keys: number): KeyFacts {
  const owner = position % ownersCount(keys);
  return {
    keyId: idOf('key', position),
    name: `ci-pipeline-${position}`,
    organizationId: idOf('org', owner % 10),
    workspaceId: position % 2 ? idOf('ws', position % WORKSPACES) : null,
    ownerId: idOf('mem', owner),
    status: 'active',
    expiresAtMs: position % 3 ? 4_000_000_000_000 : null,
    scopes: KEY_SCOPES,
    allowedIps: position % 8 ? [] : ['10.0.0.0/8'],
    retiresAtMs: null,
  };
}

export function ownersOf(keys: number): KeyOwner[] {
  return Array.from({ length: ownersCount(keys) }, (_, owner) => ({
    memberId: idOf('mem', owner),
    organizationId: idOf('org', owner % 10),
    active: true,
    scopes: ALL_SCOPES,
  }));
}

export function newSecrets(count: number): string[] {
  return Array.from({ length: count }, () => createSecret('tk_live_', randomBytes));
}

/** The same texts in random order, so that the processor's caches cannot guess the next. */
export function shuffled(texts: readonly string[]): string[] {
  const order = [...texts];
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1));
    const [left = '', right = ''] = [order[i], order[j]];
    order[i] = right;
    order[j] = left;
  }
  return order;
}

function ownersCount(keys: number): number {
  return Math.max(1, Math.floor(keys * OWNERS_PER_KEY));
}

function idOf(prefix: string, number: number): string {
  const digest = createHash('sha256').update(`${prefix}${number}`).digest('hex');
  return `${prefix}_${digest.slice(0, 20)}`;
}
