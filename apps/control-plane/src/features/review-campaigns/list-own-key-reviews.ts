import {
  OWN_REVIEWS_COUNTED_MAX,
  type OwnKeyReview,
  type RouteInput,
  type Routes,
} from '@tollkeeper/contract';
import { and, asc, eq, gt, ne, or, type SQL, sql } from 'drizzle-orm';
import { visibleKeys } from '../../access/visibility.ts';
import type { Ctx } from '../../context.ts';
import { among } from '../../db/among.ts';
import { apiKey, keyReview, reviewCampaign, user } from '../../db/schema/index.ts';
import { invalidField } from '../../domain-error.ts';
import { decodeCursor, encodeCursor } from '../../http/page.ts';
import { keyState } from '../api-keys/index.ts';
import {
  findReviewRoles,
  owner,
  ownerCanReview,
  type ReviewRoles,
  reviewedKey,
} from './reviewers.ts';

type Query = NonNullable<RouteInput<Routes['listOwnKeyReviews']>['query']>;

/**
 * The keys that wait for the caller, as far as they see these: their own, and those whose owner cannot review where
 * they are the reviewer of the campaign.
 * @throws DomainError validation_failed
 */
export async function listOwnKeyReviews(ctx: Ctx, { query }: { query: Query }) {
  const now = ctx.services.clock();
  const limit = Number(query.limit ?? 50);
  const running = await findRunning(ctx, now);
  // Mostly so, and each look at the page of API keys asks.
  if (running.length === 0) return { data: [], nextCursor: null, totalCount: 0 };
  const roles = await findReviewRoles(ctx.services.db, ctx.organizationId);
  const waiting = isForCaller(ctx, running, roles);
  const [rows, [total]] = await Promise.all([
    selectPending(ctx)
      .where(and(waiting, query.cursor === undefined ? undefined : after(query.cursor)))
      .orderBy(asc(keyReview.campaignId), asc(keyReview.keyId))
      .limit(limit + 1),
    ctx.services.db
      .select({ count: sql<number>`count(*)`.mapWith(Number) })
      .from(selectPending(ctx).where(waiting).limit(OWN_REVIEWS_COUNTED_MAX).as('pending')),
  ]);
  const data = rows.slice(0, limit).map((row) => ownView(row, now));
  const last = data.at(-1);
  const hasMore = rows.length > limit && last !== undefined;
  const nextCursor = hasMore ? encodeCursor(['review', 'asc', last.campaignId, last.keyId]) : null;
  return { data, nextCursor, totalCount: total?.count ?? 0 };
}

type RunningCampaign = Pick<typeof reviewCampaign.$inferSelect, 'id' | 'reviewerId'>;

function findRunning(
  { services: { db }, organizationId }: Ctx,
  now: Date,
): Promise<RunningCampaign[]> {
  return db
    .select({ id: reviewCampaign.id, reviewerId: reviewCampaign.reviewerId })
    .from(reviewCampaign)
    .where(
      and(
        eq(reviewCampaign.organizationId, organizationId),
        eq(reviewCampaign.status, 'running'),
        gt(reviewCampaign.endsAt, now),
      ),
    );
}

function selectPending({ services: { db }, organizationId }: Ctx) {
  return db
    .select({
      campaignId: keyReview.campaignId,
      campaignName: sql<string>`${reviewCampaign.name}`.as('campaign_name'),
      endsAt: reviewCampaign.endsAt,
      disablesUnconfirmed: reviewCampaign.disablesUnconfirmed,
      keyId: keyReview.keyId,
      keyName: sql<string>`${apiKey.name}`.as('current_name'),
      prefix: apiKey.prefix,
      status: apiKey.status,
      scopes: apiKey.scopes,
      createdAt: apiKey.createdAt,
      expiresAt: apiKey.expiresAt,
      lastUsedAt: apiKey.lastUsedAt,
      ownerName: sql<string>`${user.name}`.as('owner_name'),
    })
    .from(keyReview)
    .innerJoin(
      reviewCampaign,
      and(
        eq(reviewCampaign.organizationId, organizationId),
        eq(reviewCampaign.id, keyReview.campaignId),
      ),
    )
    .innerJoin(apiKey, and(reviewedKey, ne(apiKey.status, 'revoked')))
    .innerJoin(owner, eq(owner.id, apiKey.memberId))
    .innerJoin(user, eq(user.id, owner.userId))
    .$dynamic();
}

type PendingRow = Awaited<ReturnType<typeof selectPending>>[number];

/** Keys of others only where the caller reviews a campaign: else an index finds those of their own. */
function isForCaller(
  ctx: Ctx,
  running: readonly RunningCampaign[],
  roles: ReviewRoles,
): SQL | undefined {
  const { memberId } = ctx.actor;
  const isOwners = ownerCanReview(roles);
  const isOwn = and(eq(apiKey.memberId, memberId), isOwners);
  const idsOf = (campaigns: readonly RunningCampaign[]) => campaigns.map(({ id }) => id);
  const reviewed = idsOf(running.filter(({ reviewerId }) => reviewerId === memberId));
  return and(
    eq(keyReview.organizationId, ctx.organizationId),
    among(keyReview.campaignId, idsOf(running)),
    eq(keyReview.outcome, 'pending'),
    visibleKeys(ctx),
    reviewed.length === 0
      ? isOwn
      : or(isOwn, and(among(keyReview.campaignId, reviewed), sql`not ${isOwners}`)),
  );
}

/** @throws DomainError validation_failed */
function after(cursor: string): SQL {
  const [sort, direction, campaignId, keyId] = decodeCursor(cursor);
  if (sort !== 'review' || direction !== 'asc') {
    throw invalidField('cursor', 'belongs to another list; begin again without it');
  }
  return sql`(${keyReview.campaignId}, ${keyReview.keyId}) > (${campaignId}, ${keyId})`;
}

function ownView(row: PendingRow, now: Date): OwnKeyReview {
  const state = keyState(row, now);
  return {
    campaignId: row.campaignId,
    campaignName: row.campaignName,
    endsAt: row.endsAt.toISOString(),
    disablesUnconfirmed: row.disablesUnconfirmed,
    keyId: row.keyId,
    keyName: row.keyName,
    prefix: row.prefix,
    state: state === 'revoked' ? 'disabled' : state,
    ownerName: row.ownerName,
    scopes: row.scopes,
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt?.toISOString() ?? null,
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
  };
}
