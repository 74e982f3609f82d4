import type { KeyReview, RouteInput, Routes } from '@tollkeeper/contract';
import { and, asc, eq, gt, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import type { Ctx } from '../../context.ts';
import { apiKey, keyReview, member, user } from '../../db/schema/index.ts';
import { invalidField } from '../../domain-error.ts';
import { decodeCursor, encodeCursor } from '../../http/page.ts';
import { ofCampaign, readCampaign, requireSeesAllKeys } from './campaign-view.ts';
import { findReviewRoles, outcomeNow, owner, ownerCanReview, reviewedKey } from './reviewers.ts';

interface Input {
  readonly params: { readonly id: string };
  readonly query: NonNullable<RouteInput<Routes['listKeyReviews']>['query']>;
}

const ownerUser = alias(user, 'owner_user');
const decider = alias(member, 'decider');
const deciderUser = alias(user, 'decider_user');

/** The keys of a campaign, by their ids. @throws DomainError not_found, insufficient_scope, validation_failed */
export async function listKeyReviews(ctx: Ctx, { params: { id }, query }: Input) {
  const { db } = ctx.services;
  const campaign = await readCampaign(db, ctx, id);
  requireSeesAllKeys(ctx);
  const limit = Number(query.limit ?? 50);
  const rows = await db
    .select({
      keyId: keyReview.keyId,
      keyName: sql<string>`coalesce(${apiKey.name}, ${keyReview.keyName})`,
      outcome: outcomeNow,
      ownerId: owner.id,
      ownerName: ownerUser.name,
      ownerCanReview: ownerCanReview(await findReviewRoles(db, ctx.organizationId)),
      decidedAt: keyReview.decidedAt,
      decidedBy: deciderUser.name,
    })
    .from(keyReview)
    .leftJoin(apiKey, reviewedKey)
    .leftJoin(owner, eq(owner.id, apiKey.memberId))
    .leftJoin(ownerUser, eq(ownerUser.id, owner.userId))
    .leftJoin(decider, eq(decider.id, keyReview.decidedBy))
    .leftJoin(deciderUser, eq(deciderUser.id, decider.userId))
    .where(
      and(
        ofCampaign(ctx.organizationId, id),
        query.outcome && eq(outcomeNow, query.outcome),
        query.cursor === undefined ? undefined : gt(keyReview.keyId, keyOf(query.cursor)),
      ),
    )
    .orderBy(asc(keyReview.keyId))
    .limit(limit + 1);
  const fallback = campaign.reviewerCanReview
    ? { memberId: campaign.reviewer.memberId, name: campaign.reviewer.name }
    : null;
  const data = rows.slice(0, limit).map((row): KeyReview => {
    const { ownerId } = row;
    const reviewer =
      row.ownerCanReview && ownerId !== null
        ? { memberId: ownerId, name: row.ownerName ?? '' }
        : fallback;
    return {
      keyId: row.keyId,
      keyName: row.keyName,
      outcome: row.outcome,
      ownerName: row.ownerName,
      reviewer: row.outcome === 'pending' ? reviewer : null,
      decidedAt: row.decidedAt?.toISOString() ?? null,
      decidedBy: row.decidedBy,
    };
  });
  const last = data.at(-1);
  const hasMore = rows.length > limit && last !== undefined;
  return { data, nextCursor: hasMore ? encodeCursor(['key', 'asc', '', last.keyId]) : null };
}

/** @throws DomainError validation_failed */
function keyOf(cursor: string): string {
  const [sort, direction, value, id] = decodeCursor(cursor);
  if (sort !== 'key' || direction !== 'asc' || value !== '') {
    throw invalidField('cursor', 'belongs to another list; begin again without it');
  }
  return id;
}
