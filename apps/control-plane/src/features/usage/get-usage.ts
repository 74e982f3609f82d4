import { USAGE_BUCKET_SECONDS, type Usage, type UsagePeriod } from '@tollkeeper/contract';
import { and, eq, gte, type SQL, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import { visibleCounts, visibleKeys } from '../../access/visibility.ts';
import type { Ctx } from '../../context.ts';
import { apiKey, keyUsage, organizationUsage } from '../../db/schema/index.ts';
import { notFound } from '../../domain-error.ts';

/** Calls over time of all keys that the caller sees, deleted ones included. */
export async function getUsage(
  ctx: Ctx,
  { query }: { query: { period?: UsagePeriod | undefined } },
): Promise<Usage> {
  const { period = '24h' } = query;
  const from = windowStart(period, ctx.services.clock());
  const rows = await ctx.services.db
    .select({
      from: bucketOf(organizationUsage.minute, period, from),
      accepted: sql<string>`sum(${organizationUsage.accepted})`,
      denied: sql<string>`sum(${organizationUsage.denied})`,
    })
    .from(organizationUsage)
    .where(
      and(
        eq(organizationUsage.organizationId, ctx.organizationId),
        visibleCounts(ctx, organizationUsage),
        gte(organizationUsage.minute, from),
      ),
    )
    .groupBy(sql`1`);
  return fillBuckets(period, from, rows);
}

/** @throws DomainError not_found */
export async function getKeyUsage(
  ctx: Ctx,
  { params, query }: { params: { id: string }; query: { period?: UsagePeriod | undefined } },
): Promise<Usage> {
  const { db, clock } = ctx.services;
  const [key] = await db
    .select({ id: apiKey.id })
    .from(apiKey)
    .where(and(visibleKeys(ctx), eq(apiKey.id, params.id)));
  if (!key) throw notFound('API key', params.id);
  const { period = '24h' } = query;
  const from = windowStart(period, clock());
  const rows = await db
    .select({
      from: bucketOf(keyUsage.minute, period, from),
      accepted: sql<string>`sum(${keyUsage.accepted})`,
      denied: sql<string>`sum(${keyUsage.denied})`,
    })
    .from(keyUsage)
    .where(
      and(
        eq(keyUsage.organizationId, ctx.organizationId),
        eq(keyUsage.keyId, key.id),
        gte(keyUsage.minute, from),
      ),
    )
    .groupBy(sql`1`);
  return fillBuckets(period, from, rows);
}

const MINUTE_MS = 60_000;
const PERIOD_MS: Readonly<Record<UsagePeriod, number>> = {
  '24h': 24 * 3_600_000,
  '7d': 7 * 24 * 3_600_000,
  '30d': 30 * 24 * 3_600_000,
};

/** The first minute of the period that slides with the clock, the minute under way included. */
export function windowStart(period: UsagePeriod, now: Date): Date {
  const thisMinute = now.getTime() - (now.getTime() % MINUTE_MS);
  return new Date(thisMinute + MINUTE_MS - PERIOD_MS[period]);
}

/** The start of the bucket that a minute falls in; buckets are counted from the window's start. */
function bucketOf(minute: PgColumn, period: UsagePeriod, from: Date): SQL<Date> {
  const stride = `${USAGE_BUCKET_SECONDS[period]} seconds`;
  return sql<Date>`date_bin(${stride}::interval, ${minute}, ${from.toISOString()}::timestamptz)`.mapWith(
    (value: string | Date) => new Date(value),
  );
}

interface BucketRow {
  readonly from: Date;
  readonly accepted: string;
  readonly denied: string;
}

/** The whole period without gaps. */
function fillBuckets(period: UsagePeriod, from: Date, rows: readonly BucketRow[]): Usage {
  const bucketSeconds = USAGE_BUCKET_SECONDS[period];
  const byStart = new Map(rows.map((row) => [row.from.getTime(), row]));
  const data = Array.from({ length: PERIOD_MS[period] / (bucketSeconds * 1000) }, (_, at) => {
    const start = from.getTime() + at * bucketSeconds * 1000;
    const row = byStart.get(start);
    return {
      from: new Date(start).toISOString(),
      accepted: Number(row?.accepted ?? 0),
      denied: Number(row?.denied ?? 0),
    };
  });
  return {
    period,
    bucketSeconds,
    accepted: data.reduce((sum, bucket) => sum + bucket.accepted, 0),
    denied: data.reduce((sum, bucket) => sum + bucket.denied, 0),
    data,
  };
}
