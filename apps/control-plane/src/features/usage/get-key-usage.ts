import type { Usage, UsagePeriod } from '@tollkeeper/contract';
import { and, eq, gte, sql } from 'drizzle-orm';
import { visibleKeys } from '../../access/visible-keys.ts';
import type { Ctx } from '../../context.ts';
import { apiKey, keyUsage } from '../../db/schema/index.ts';
import { notFound } from '../../domain-error.ts';
import { bucketOf, fillBuckets, windowStart } from './usage-window.ts';

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
