import { createHash } from 'node:crypto';
import { BlockList } from 'node:net';
import type { DecisionCode, Scope } from '@tollkeeper/contract';
import { isWellFormed, type KeyFacts, type KeyOwner, scopeNames } from '../src/index.ts';

/** What one would write first: a Map of objects by hash in hexadecimal, and sets of names. */
export interface Baseline {
  readonly keys: Map<string, BaselineKey>;
  readonly owners: Map<string, { active: boolean; scopes: ReadonlySet<Scope> }>;
}

interface BaselineKey extends Omit<KeyFacts, 'scopes' | 'allowedIps'> {
  readonly scopes: readonly Scope[];
  readonly allowedIps: BlockList | null;
}

interface BaselineRequest {
  readonly secret: string;
  readonly ip: string;
  readonly scopes: readonly Scope[];
}

export function createBaseline(owners: readonly KeyOwner[]): Baseline {
  const entries = owners.map(
    ({ memberId, active, scopes }) =>
      [memberId, { active, scopes: new Set(scopeNames(scopes)) }] as const,
  );
  return { keys: new Map(), owners: new Map(entries) };
}

export function putInBaseline(baseline: Baseline, secret: string, facts: KeyFacts): void {
  const allowedIps = facts.allowedIps.length > 0 ? PRIVATE : null;
  baseline.keys.set(hexHash(secret), { ...facts, scopes: KEY_SCOPES, allowedIps });
}

export function decideByBaseline(
  { keys, owners }: Baseline,
  { secret, ip, scopes }: BaselineRequest,
  nowMs: number,
): DecisionCode {
  if (!isWellFormed(secret)) return 'malformed';
  const key = keys.get(hexHash(secret));
  if (!key || (key.retiresAtMs !== null && nowMs >= key.retiresAtMs)) return 'not_found';
  if (key.status !== 'active') return key.status;
  if (key.expiresAtMs !== null && nowMs >= key.expiresAtMs) return 'expired';
  const owner = owners.get(key.ownerId);
  if (!owner?.active) return 'owner_inactive';
  if (key.allowedIps && !key.allowedIps.check(ip)) return 'ip_not_allowed';
  const held = scopes.every((scope) => key.scopes.includes(scope) && owner.scopes.has(scope));
  return held ? 'valid' : 'insufficient_scope';
}

export function hexHash(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** Shared by all keys, in favour of the baseline. */
const KEY_SCOPES: readonly Scope[] = [
  'api_keys.read',
  'api_keys.verify',
  'policies.read',
  'usage.read',
];
const PRIVATE = new BlockList();
PRIVATE.addSubnet('10.0.0.0', 8);
