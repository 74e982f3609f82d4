import { ACCESS_REVIEW_DAYS } from '@tollkeeper/contract';
import { parseScopeNeeds, type ScopeNeeds } from '@tollkeeper/protocol';
import { and, eq, gt, gte, max, sql } from 'drizzle-orm';
import { among } from '../../db/among.ts';
import type { Database, Transaction } from '../../db/connect.ts';
import { scopeUse } from '../../db/schema/index.ts';

const DAY_MS = 86_400_000;

/** Accepted calls of one key that needed the same of its scopes. */
export interface ScopeUse extends ScopeNeeds {
  readonly calls: number;
  /** The last day (UTC) of such a call, as `2026-11-30`. */
  readonly lastDay: string;
}

/** The first day (UTC) of the period that ends with this moment. */
export function firstDay(now: Date): string {
  return new Date(now.getTime() - (ACCESS_REVIEW_DAYS - 1) * DAY_MS).toISOString().slice(0, 10);
}

/**
 * What the calls of the last 90 days needed, by key. A key without calls has no entry. Who may see it, the
 * caller decides.
 */
export async function readScopeUses(
  db: Database | Transaction,
  organizationId: string,
  keyIds: readonly string[],
  now: Date,
): Promise<Map<string, readonly ScopeUse[]>> {
  if (keyIds.length === 0) return new Map();
  const calls = sql<string>`sum(${scopeUse.calls})`;
  const rows = await db
    .select({
      ...{ keyId: scopeUse.keyId, needs: scopeUse.needs },
      ...{ calls, lastDay: max(scopeUse.day) },
    })
    .from(scopeUse)
    .where(
      and(
        eq(scopeUse.organizationId, organizationId),
        among(scopeUse.keyId, keyIds),
        gte(scopeUse.day, firstDay(now)),
      ),
    )
    .groupBy(scopeUse.keyId, scopeUse.needs)
    // What was counted otherwise after all leaves a row without calls.
    .having(gt(calls, sql`0`))
    .orderBy(scopeUse.keyId, scopeUse.needs);
  const uses = new Map<string, ScopeUse[]>();
  for (const { keyId, needs, calls, lastDay } of rows) {
    const use = { ...parseScopeNeeds(needs), calls: Number(calls), lastDay: lastDay ?? '' };
    const known = uses.get(keyId);
    if (known) known.push(use);
    else uses.set(keyId, [use]);
  }
  return uses;
}
