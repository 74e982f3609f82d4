import type { SecurityEffect, SecuritySettings } from '@tollkeeper/contract';
import { type IpRange, parseIpRange, rangeWithin } from '@tollkeeper/verify';
import type { apiKey } from '../../db/schema/index.ts';
import { earliest, isUnused, lifetimeEnd, nextUnusedRun } from '../api-keys/index.ts';

export type RuledKey = Pick<
  typeof apiKey.$inferSelect,
  | 'id'
  | 'memberId'
  | 'workspaceId'
  | 'name'
  | 'prefix'
  | 'status'
  | 'createdAt'
  | 'expiresAt'
  | 'lastUsedAt'
  | 'enabledAt'
  | 'allowedIps'
>;

export interface TouchedKey {
  readonly key: RuledKey;
  readonly effects: SecurityEffect[];
}

/**
 * What going from one set of settings to another does to keys that are neither revoked nor
 * expired; those that it leaves as they are, are left out.
 */
export function touchedKeys(
  keys: readonly RuledKey[],
  before: SecuritySettings,
  after: SecuritySettings,
  now: Date,
): TouchedKey[] {
  const rules = {
    before: { ...before, ranges: parsed(before.allowedIps) },
    after: { ...after, ranges: parsed(after.allowedIps) },
    nextRun: nextUnusedRun(now),
  };
  return keys
    .map((key) => ({ key, effects: effectsOn(key, rules, now) }))
    .filter(({ effects }) => effects.length > 0);
}

type Rules = SecuritySettings & { readonly ranges: readonly IpRange[] };

function effectsOn(
  key: RuledKey,
  { before, after, nextRun }: { before: Rules; after: Rules; nextRun: Date },
  now: Date,
): SecurityEffect[] {
  const expiresAt = expiryUnder(key, after);
  if (expiresAt !== null && expiresAt <= now) return ['expires_now'];
  const next = { ...key, expiresAt };
  const unused = isUnused(next, after.keyUnusedDaysMax, nextRun);
  const effects: SecurityEffect[] = [];
  if (expiresAt?.getTime() !== key.expiresAt?.getTime()) effects.push('expires_sooner');
  if (unused && !isUnused(key, before.keyUnusedDaysMax, nextRun)) {
    effects.push('disabled_by_next_job');
  }
  if (isOutside(key, after.ranges) && !isOutside(key, before.ranges)) {
    effects.push('address_refused');
  }
  return effects;
}

/** The key's expiry, cut to the longest lifetime. */
export function expiryUnder(
  key: Pick<RuledKey, 'createdAt' | 'expiresAt'>,
  { keyLifetimeDaysMax }: SecuritySettings,
): Date | null {
  return earliest(key.expiresAt, lifetimeEnd(key.createdAt, keyLifetimeDaysMax));
}

/** Whether no address is both in the key's own ranges and in the organization's. */
function isOutside(key: RuledKey, ranges: readonly IpRange[]): boolean {
  if (ranges.length === 0 || key.allowedIps.length === 0) return false;
  return !parsed(key.allowedIps).some((own) =>
    ranges.some((range) => rangeWithin(own, range) || rangeWithin(range, own)),
  );
}

function parsed(texts: readonly string[]): IpRange[] {
  return texts.map(parseIpRange).filter((range) => range !== undefined);
}
