import type { RouteInput, Routes } from '@tollkeeper/contract';
import { and, eq, exists, gte, ne, not, type SQL, sql } from 'drizzle-orm';
import type { Ctx } from '../../context.ts';
import { apiKey, scopeUse } from '../../db/schema/index.ts';
import { listKeysWhere } from '../api-keys/index.ts';
import { readReviews } from './read-reviews.ts';
import { firstDay } from './read-scope-uses.ts';
import { requireMayReview } from './require-may-review.ts';

type Query = NonNullable<RouteInput<Routes['listAccessReviews']>['query']>;

/** A page of the keys that the caller sees, reviewed. @throws DomainError insufficient_scope */
export async function listAccessReviews(ctx: Ctx, { query }: { query: Query }) {
  requireMayReview(ctx);
  const { used, ...listed } = query;
  const { data, ...page } = await listKeysWhere(
    ctx,
    listed,
    and(
      query.state === undefined ? ne(apiKey.status, 'revoked') : undefined,
      used === undefined ? undefined : hasCalls(ctx, used === 'true'),
    ),
  );
  return { ...page, data: await readReviews(ctx, data) };
}

function hasCalls({ services }: Ctx, isUsed: boolean): SQL {
  const calls = exists(
    services.db
      .select({ one: sql`1` })
      .from(scopeUse)
      .where(
        and(
          eq(scopeUse.organizationId, apiKey.organizationId),
          eq(scopeUse.keyId, apiKey.id),
          gte(scopeUse.day, firstDay(services.clock())),
        ),
      ),
  );
  return isUsed ? calls : not(calls);
}
