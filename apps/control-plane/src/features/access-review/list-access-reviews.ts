import type { RouteInput, Routes } from '@tollkeeper/contract';
import { and, eq, exists, gte, ne, not, type SQL, sql } from 'drizzle-orm';
import type { Ctx } from '../../context.ts';
import { apiKey, scopeUse } from '../../db/schema/index.ts';
import { encodeCursor } from '../../http/page.ts';
import { listKeysWhere } from '../api-keys/index.ts';
import { readReviews } from './read-reviews.ts';
import { firstDay } from './read-scope-uses.ts';
import { requireMayReview } from './require-may-review.ts';

type Query = NonNullable<RouteInput<Routes['listAccessReviews']>['query']>;

/** Keys that are looked at for a page with one advice, which no query finds. */
const LOOKED_AT_MAX = 500;

/** A page of the keys that the caller sees, reviewed. @throws DomainError insufficient_scope */
export async function listAccessReviews(ctx: Ctx, { query }: { query: Query }) {
  requireMayReview(ctx);
  const { used, advice, limit = '50', ...listed } = query;
  const { data, nextCursor, totalCount } = await listKeysWhere(
    ctx,
    { ...listed, limit: advice === undefined ? limit : String(LOOKED_AT_MAX) },
    and(
      query.state === undefined ? ne(apiKey.status, 'revoked') : undefined,
      used === undefined ? undefined : hasCalls(ctx, used === 'true'),
    ),
  );
  const reviews = await readReviews(ctx, data);
  if (advice === undefined) return { data: reviews, nextCursor, totalCount };
  const advised = reviews.filter((review) => review.advice === advice);
  const page = advised.slice(0, Number(limit));
  const last = page.at(-1);
  const isCut = advised.length > page.length && last !== undefined;
  return {
    data: page,
    nextCursor: isCut ? encodeCursor(['createdAt', 'desc', last.createdAt, last.id]) : nextCursor,
    totalCount: null,
  };
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
