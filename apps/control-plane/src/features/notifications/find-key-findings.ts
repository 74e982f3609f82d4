import { KEY_EXPIRY_DAYS, KEY_UNUSED_DAYS } from '@tollkeeper/contract';
import { and, asc, eq, gt, isNull, or, sql } from 'drizzle-orm';
import type { Database } from '../../db/connect.ts';
import { apiKey, organization } from '../../db/schema/index.ts';
import { runForEach } from '../../run-for-each.ts';
import { disablesAt } from '../api-keys/index.ts';
import type { DeriveServices } from './derive-notifications.ts';
import type { Happening } from './happening.ts';
import { type NamedFinding, storeFindings } from './store-findings.ts';

const DAY_MS = 86_400_000;
/** Owners are warned that early that a key is about to be disabled because it is not used. */
const DISABLE_WARNING_DAYS = 7;
/**
 * Keys are looked at once a day, and what is found is mailed within another one: so much earlier it has to be found, or
 * owners would read of the last day once the key has expired.
 */
const AHEAD_DAYS = 1;
const EXPIRY_DAYS_MAX = Math.max(...KEY_EXPIRY_DAYS) + AHEAD_DAYS;

/**
 * Notifies owners of keys that expire soon, of keys that are not used, and of keys that the daily job is about to
 * disable for that reason. Can be run again at any time: each is reported once.
 */
export async function findKeyFindings(services: DeriveServices): Promise<{ found: number }> {
  const { db, clock, log } = services;
  const now = clock();
  const organizations = await db
    .select({ id: organization.id, unusedDaysMax: organization.keyUnusedDaysMax })
    .from(organization)
    .where(isNull(organization.deletedAt))
    .orderBy(asc(organization.id));
  let found = 0;
  const contextOf = ({ id }: (typeof organizations)[number]) => ({ organizationId: id });
  await runForEach(log, organizations, contextOf, async ({ id, unusedDaysMax }) => {
    const keys = await readKeys(db, id, now, unusedDaysMax);
    const findings = keys.flatMap((key) => findingsOf(key, unusedDaysMax, now));
    found += await storeFindings(services, id, findings);
  });
  return { found };
}

/** Active keys of which there may be something to say; the columns only narrow the search. */
function readKeys(db: Database, organizationId: string, now: Date, unusedDaysMax: number | null) {
  const activeAt = sql`greatest(coalesce(${apiKey.lastUsedAt}, ${apiKey.createdAt}), ${apiKey.enabledAt})`;
  const inDays = (days: number) => new Date(now.getTime() + days * DAY_MS).toISOString();
  const unusedDays = Math.min(
    KEY_UNUSED_DAYS,
    unusedDaysMax === null ? KEY_UNUSED_DAYS : Math.max(unusedDaysMax - DISABLE_WARNING_DAYS, 0),
  );
  return db
    .select({
      id: apiKey.id,
      name: apiKey.name,
      memberId: apiKey.memberId,
      createdAt: apiKey.createdAt,
      expiresAt: apiKey.expiresAt,
      lastUsedAt: apiKey.lastUsedAt,
      enabledAt: apiKey.enabledAt,
      status: apiKey.status,
      canary: apiKey.canary,
    })
    .from(apiKey)
    .where(
      and(
        eq(apiKey.organizationId, organizationId),
        eq(apiKey.status, 'active'),
        or(isNull(apiKey.expiresAt), gt(apiKey.expiresAt, now)),
        or(
          sql`${apiKey.expiresAt} <= ${inDays(EXPIRY_DAYS_MAX)}::timestamptz`,
          sql`${activeAt} <= ${inDays(-unusedDays)}::timestamptz`,
        ),
      ),
    )
    .orderBy(asc(apiKey.id));
}

type KeyRow = Awaited<ReturnType<typeof readKeys>>[number];

export function findingsOf(key: KeyRow, unusedDaysMax: number | null, now: Date): NamedFinding[] {
  return [...expiring(key, now), ...disabling(key, unusedDaysMax, now), ...unused(key, now)];
}

/** The last of the days that has come. A key that never lived for so long is not reported for it. */
function expiring(key: KeyRow, now: Date): NamedFinding[] {
  const { id, expiresAt, createdAt } = key;
  if (!expiresAt) return [];
  const leftMs = expiresAt.getTime() - now.getTime();
  const lifeMs = expiresAt.getTime() - createdAt.getTime();
  const reached = KEY_EXPIRY_DAYS.filter(
    (each) => leftMs <= (each + AHEAD_DAYS) * DAY_MS && lifeMs > each * DAY_MS,
  );
  if (reached.length === 0) return [];
  const days = Math.ceil(leftMs / DAY_MS);
  return [
    {
      finding: `expires ${id} ${expiresAt.toISOString()} ${Math.min(...reached)}`,
      happening: {
        ...about(key, now),
        ...{ kind: 'api_key_expiring', reason: 'api_key.expires' },
        facts: { days, expiresAt: expiresAt.toISOString() },
      },
    },
  ];
}

/** A week ahead, or half of a short limit: else a key in daily use would be warned of. */
function disabling(key: KeyRow, unusedDaysMax: number | null, now: Date): NamedFinding[] {
  const at = disablesAt(key, unusedDaysMax);
  if (!at || at <= now || unusedDaysMax === null) return [];
  const aheadMs = Math.min(DISABLE_WARNING_DAYS, unusedDaysMax / 2) * DAY_MS;
  if (at.getTime() - aheadMs > now.getTime()) return [];
  return [
    {
      finding: `disables ${key.id} ${activeAt(key).toISOString()}`,
      happening: {
        ...about(key, now),
        ...{ kind: 'api_key_unused', reason: 'api_key.disables_soon' },
        facts: { disablesAt: at.toISOString() },
      },
    },
  ];
}

function unused(key: KeyRow, now: Date): NamedFinding[] {
  const days = Math.floor((now.getTime() - activeAt(key).getTime()) / DAY_MS);
  // Nobody should use a canary key.
  if (days < KEY_UNUSED_DAYS || key.canary) return [];
  return [
    {
      finding: `unused ${key.id} ${activeAt(key).toISOString()}`,
      happening: {
        ...about(key, now),
        ...{ kind: 'api_key_unused', reason: 'api_key.unused' },
        facts: { days },
      },
    },
  ];
}

/** When it was last used, created or enabled again. */
function activeAt({ lastUsedAt, createdAt, enabledAt }: KeyRow): Date {
  const times = [lastUsedAt ?? createdAt, enabledAt ?? createdAt].map((each) => each.getTime());
  return new Date(Math.max(...times));
}

function about({ id, name, memberId }: KeyRow, at: Date) {
  const subject: Happening['subject'] = { type: 'api_key', id, name };
  return { at, subject, eventId: null, ownerId: memberId, actor: null };
}
