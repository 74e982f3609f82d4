import type { AccessReview, RouteInput, Routes } from '@tollkeeper/contract';
import { ne } from 'drizzle-orm';
import type { Ctx } from '../../context.ts';
import { apiKey } from '../../db/schema/index.ts';
import { encodeCursor } from '../../http/page.ts';
import { listKeysWhere } from '../api-keys/index.ts';
import { readReviews } from './read-reviews.ts';
import { requireMayReview } from './require-may-review.ts';

type Query = NonNullable<RouteInput<Routes['listAccessReviews']>['query']>;

/** Keys that are looked at for a page by what only their reviews say: no query finds such keys in time. */
const LOOKED_AT_MAX = 500;

/** A page of the keys that the caller sees, reviewed. @throws DomainError insufficient_scope */
export async function listAccessReviews(ctx: Ctx, { query }: { query: Query }) {
  requireMayReview(ctx);
  const { used, advice, limit = '50', ...listed } = query;
  const isSought = used !== undefined || advice !== undefined;
  const { data, nextCursor, totalCount } = await listKeysWhere(
    ctx,
    { ...listed, limit: isSought ? String(LOOKED_AT_MAX) : limit },
    query.state === undefined ? ne(apiKey.status, 'revoked') : undefined,
  );
  const reviews = await readReviews(ctx, data);
  if (!isSought) return { data: reviews, nextCursor, totalCount };
  const found = reviews.filter(
    (review) =>
      (advice === undefined || review.advice === advice) &&
      (used === undefined || isUsed(review) === (used === 'true')),
  );
  const page = found.slice(0, Number(limit));
  const last = page.at(-1);
  const isCut = found.length > page.length && last !== undefined;
  return {
    data: page,
    nextCursor: isCut ? encodeCursor(['createdAt', 'desc', last.createdAt, last.id]) : nextCursor,
    totalCount: null,
  };
}

function isUsed({ calls }: AccessReview): boolean {
  return calls > 0;
}
