import { randomBytes } from 'node:crypto';
import { createId, type Scope } from '@tollkeeper/contract';
import { createSecret } from '@tollkeeper/verify';

export interface BenchKey {
  readonly id: string;
  readonly name: string;
  readonly secret: string;
}

/** What every key holds, sorted: enough to call gateways and the two routes, as many as a service would have. */
export const KEY_SCOPES: readonly Scope[] = [
  'api_keys.read',
  'api_keys.verify',
  'apis.call',
  'policies.read',
  'usage.read',
];

export function makeKeys(count: number): BenchKey[] {
  return Array.from({ length: count }, (_, position) => ({
    id: createId('apiKey', randomBytes),
    name: `ci-pipeline-${position}`,
    secret: createSecret('tk_live_', randomBytes),
  }));
}

/** One of them, at random: in order, the processor's caches would guess the next. */
export function anyOf(keys: readonly BenchKey[]): BenchKey {
  const key = keys[Math.floor(Math.random() * keys.length)];
  if (!key) throw new RangeError('There are no keys to choose from');
  return key;
}
