import type { AccessReview } from '@tollkeeper/contract';
import type { Ctx } from '../../context.ts';
import { notFound } from '../../domain-error.ts';
import { readKey } from '../api-keys/index.ts';
import { readReviews } from './read-reviews.ts';
import { requireMayReview } from './require-may-review.ts';

/** @throws DomainError not_found, insufficient_scope */
export async function getAccessReview(
  ctx: Ctx,
  { params }: { params: { id: string } },
): Promise<AccessReview> {
  requireMayReview(ctx);
  const key = await readKey(ctx.services.db, ctx, params.id);
  const [review] = await readReviews(ctx, [key]);
  if (!review) throw notFound('API key', params.id);
  return review;
}
