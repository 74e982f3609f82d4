import { and, count, eq, gt, isNull, max, or, sql, sum } from 'drizzle-orm';
import { visibleCounts, visibleKeys } from '../../access/visibility.ts';
import type { Ctx } from '../../context.ts';
import { apiKey, keyTotal, organization, organizationUsage } from '../../db/schema/index.ts';
import { countKeysUsed, keysMaxOf } from '../billing/index.ts';
import { windowStart } from '../usage/index.ts';

/** The figures at the top of the page, of the keys that the caller sees. */
export async function getKeyStats(ctx: Ctx) {
  const now = ctx.services.clock();
  const [terms, totals, activeKeys, calls, keysUsed] = await Promise.all([
    findTerms(ctx),
    sumTotals(ctx),
    countActive(ctx, now),
    sumCalls(ctx, now),
    countKeysUsed(ctx.services.db, ctx.organizationId, now),
  ]);
  const { plan } = terms;
  return { ...totals, ...calls, activeKeys, plan, keysMax: keysMaxOf(terms), keysUsed };
}

async function findTerms({ services, organizationId }: Ctx) {
  const [row] = await services.db
    .select({ plan: organization.plan, keysMax: organization.keysMax })
    .from(organization)
    .where(eq(organization.id, organizationId));
  return row ?? { plan: 'free' as const, keysMax: null };
}

async function sumTotals(ctx: Ctx) {
  const [row] = await ctx.services.db
    .select({ created: sum(keyTotal.created), lastCallAt: max(keyTotal.lastCallAt) })
    .from(keyTotal)
    .where(and(eq(keyTotal.organizationId, ctx.organizationId), visibleCounts(ctx, keyTotal)));
  return {
    totalKeys: Number(row?.created ?? 0),
    lastCallAt: row?.lastCallAt?.toISOString() ?? null,
  };
}

async function countActive(ctx: Ctx, now: Date): Promise<number> {
  const [row] = await ctx.services.db
    .select({ active: count() })
    .from(apiKey)
    .where(
      and(
        visibleKeys(ctx),
        eq(apiKey.status, 'active'),
        or(isNull(apiKey.expiresAt), gt(apiKey.expiresAt, now)),
      ),
    );
  return row?.active ?? 0;
}

async function sumCalls(ctx: Ctx, now: Date) {
  const [row] = await ctx.services.db
    .select({
      accepted: sql<string>`coalesce(sum(${organizationUsage.accepted}), 0)`,
      denied: sql<string>`coalesce(sum(${organizationUsage.denied}), 0)`,
    })
    .from(organizationUsage)
    .where(
      and(
        eq(organizationUsage.organizationId, ctx.organizationId),
        visibleCounts(ctx, organizationUsage),
        sql`${organizationUsage.minute} >= ${windowStart('24h', now).toISOString()}::timestamptz`,
      ),
    );
  return { apiCalls24h: Number(row?.accepted ?? 0), deniedCalls24h: Number(row?.denied ?? 0) };
}
