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
  | 'canary'
  | 'createdAt'
  | 'expiresAt'
  | 'requestedExpiresAt'
  | 'lastUsedAt'
  | 'enabledAt'
  | 'allowedIps'
>;

export interface AffectedKey {
  readonly key: RuledKey;
  readonly effects: SecurityEffect[];
}

/**
 * What going from one set of settings to another does to keys that are not revoked; those that it leaves as they are, are left out.
 */
export function affectedKeys(
  keys: readonly RuledKey[],
  before: SecuritySettings,
  after: SecuritySettings,
  now: Date,
): AffectedKey[] {
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
  const expiresAt = expiryUnder(key, before, after);
  const wasExpired = key.expiresAt !== null && key.expiresAt <= now;
  const isExpired = expiresAt !== null && expiresAt <= now;
  if (isExpired) return wasExpired ? [] : ['expires_now'];
  const next = { ...key, expiresAt };
  const unused = isUnused(next, after.keyUnusedDaysMax, nextRun);
  const effects: SecurityEffect[] = [];
  const [endsAt, endedAt] = [endOf(expiresAt), endOf(key.expiresAt)];
  if (wasExpired) effects.push('works_again');
  else if (endsAt !== endedAt) effects.push(endsAt < endedAt ? 'expires_sooner' : 'expires_later');
  if (unused && !isUnused(key, before.keyUnusedDaysMax, nextRun)) {
    effects.push('disabled_by_next_job');
  }
  if (!wasExpired && isOutside(key, after.ranges) && !isOutside(key, before.ranges)) {
    effects.push('address_refused');
  }
  return effects;
}

function endOf(expiresAt: Date | null): number {
  return expiresAt?.getTime() ?? Number.POSITIVE_INFINITY;
}

/** What was asked for, cut to the longest lifetime; a rule that stays changes no key. */
export function expiryUnder(
  key: Pick<RuledKey, 'createdAt' | 'expiresAt' | 'requestedExpiresAt'>,
  before: SecuritySettings,
  { keyLifetimeDaysMax }: SecuritySettings,
): Date | null {
  if (keyLifetimeDaysMax === before.keyLifetimeDaysMax) return key.expiresAt;
  return earliest(key.requestedExpiresAt, lifetimeEnd(key.createdAt, keyLifetimeDaysMax));
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
