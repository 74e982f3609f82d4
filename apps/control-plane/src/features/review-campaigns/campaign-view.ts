import type { ReviewCampaign } from '@tollkeeper/contract';
import { and, eq, getTableColumns, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import { requireScope } from '../../access/require-scope.ts';
import { memberAddress } from '../../access/visibility.ts';
import type { Ctx } from '../../context.ts';
import { among } from '../../db/among.ts';
import type { Database, Transaction } from '../../db/connect.ts';
import { apiKey, keyReview, member, reviewCampaign, user } from '../../db/schema/index.ts';
import { DomainError, notFound } from '../../domain-error.ts';
import type { AuditTarget } from '../../write/audit.ts';
import { etagOf } from '../../write/etag.ts';
import {
  findReviewRoles,
  outcomeNow,
  type ReviewRoles,
  reviewedKey,
  reviewer,
  reviewerCanReview,
} from './reviewers.ts';

export type CampaignRow = typeof reviewCampaign.$inferSelect;

const reviewerUser = alias(user, 'reviewer_user');

/** Campaigns with the members whom they name; narrowed by the caller. */
export function selectCampaigns(db: Database | Transaction, ctx: Ctx, roles: ReviewRoles) {
  const { actor } = ctx;
  const address = sql<string | null>`case
    when ${memberAddress(ctx)} is not null and ${member.id} <> ${actor.memberId} then ${reviewerUser.email}
    when ${reviewer.id} = ${actor.memberId} then ${reviewerUser.email} end`;
  return db
    .select({
      ...getTableColumns(reviewCampaign),
      creatorName: user.name,
      creatorEmail: memberAddress(ctx),
      reviewerName: reviewerUser.name,
      reviewerEmail: address,
      reviewerCanReview: reviewerCanReview(roles),
    })
    .from(reviewCampaign)
    .innerJoin(member, eq(member.id, reviewCampaign.memberId))
    .innerJoin(user, eq(user.id, member.userId))
    .innerJoin(reviewer, eq(reviewer.id, reviewCampaign.reviewerId))
    .innerJoin(reviewerUser, eq(reviewerUser.id, reviewer.userId))
    .$dynamic();
}

type ViewRow = Awaited<ReturnType<typeof selectCampaigns>>[number];

type Counts = ReviewCampaign['counts'];

export function campaignView(row: ViewRow, counts: Counts): ReviewCampaign {
  return {
    id: row.id,
    name: row.name,
    status: row.status,
    workspaceId: row.workspaceId,
    disablesUnconfirmed: row.disablesUnconfirmed,
    reviewer: { memberId: row.reviewerId, name: row.reviewerName, email: row.reviewerEmail },
    reviewerCanReview: row.reviewerCanReview,
    endsAt: row.endsAt.toISOString(),
    endedAt: row.endedAt?.toISOString() ?? null,
    keysCount: row.keysCount,
    counts,
    createdBy: { memberId: row.memberId, name: row.creatorName, email: row.creatorEmail },
    createdAt: row.createdAt.toISOString(),
    etag: campaignEtag(row),
  };
}

type EditableCampaign = Pick<CampaignRow, 'name' | 'endsAt' | 'reviewerId'>;

export function campaignEtag({ name, endsAt, reviewerId }: EditableCampaign): string {
  return etagOf({ name, endsAt: endsAt.toISOString(), reviewerId });
}

/** How many keys of each campaign have each outcome, as it would end now; of one that is over, as it ended. */
export async function countEach(
  db: Database | Transaction,
  organizationId: string,
  campaigns: readonly Pick<CampaignRow, 'id' | 'counts'>[],
): Promise<(id: string) => Counts> {
  const kept = new Map(campaigns.map(({ id, counts }) => [id, counts]));
  const ids = campaigns.filter(({ counts }) => counts === null).map(({ id }) => id);
  const counted = ids.length === 0 ? new Map() : await countOf(db, organizationId, ids);
  return (id) => kept.get(id) ?? counted.get(id) ?? NOTHING_COUNTED;
}

/** The same of one that is under way, or just about to be over. */
export async function countOutcomes(
  db: Database | Transaction,
  organizationId: string,
  id: string,
): Promise<Counts> {
  return (await countOf(db, organizationId, [id])).get(id) ?? NOTHING_COUNTED;
}

export const NOTHING_COUNTED: Counts = {
  ...{ pending: 0, confirmed: 0, revoked: 0, deleted: 0, disabled: 0, unconfirmed: 0 },
};

async function countOf(
  db: Database | Transaction,
  organizationId: string,
  ids: readonly string[],
): Promise<Map<string, Counts>> {
  const rows = await db
    .select({
      id: keyReview.campaignId,
      outcome: outcomeNow,
      count: sql<number>`count(*)`.mapWith(Number),
    })
    .from(keyReview)
    .leftJoin(apiKey, reviewedKey)
    .where(and(eq(keyReview.organizationId, organizationId), among(keyReview.campaignId, ids)))
    .groupBy(sql`1, 2`);
  const counts = new Map<string, Counts>();
  for (const { id, outcome, count } of rows) {
    counts.set(id, { ...(counts.get(id) ?? NOTHING_COUNTED), [outcome]: count });
  }
  return counts;
}

export function ofCampaign(organizationId: string, campaignId: string) {
  return and(eq(keyReview.organizationId, organizationId), eq(keyReview.campaignId, campaignId));
}

export function isCampaign(organizationId: string, id: string) {
  return and(eq(reviewCampaign.organizationId, organizationId), eq(reviewCampaign.id, id));
}

/**
 * A campaign names the keys of all owners, so who sees it sees those elsewhere.
 * @throws DomainError insufficient_scope
 */
export function requireSeesAllKeys(ctx: Ctx): void {
  for (const scope of ['api_keys.read', 'api_keys.manage_all'] as const) requireScope(ctx, scope);
}

/**
 * What a campaign does at its end, its caller could do: disable any key.
 * @throws DomainError insufficient_scope
 */
export function requireMayCampaign(ctx: Ctx): void {
  requireSeesAllKeys(ctx);
  for (const scope of ['api_keys.revoke', 'compliance.read'] as const) requireScope(ctx, scope);
}

/**
 * @param counts where they are known
 * @throws DomainError not_found, also for a key that is confined to a workspace
 */
export async function readCampaign(
  db: Database | Transaction,
  ctx: Ctx,
  id: string,
  counts?: Counts,
): Promise<ReviewCampaign> {
  const roles = await findReviewRoles(db, ctx.organizationId);
  const [row] = await selectCampaigns(db, ctx, roles).where(isCampaign(ctx.organizationId, id));
  if (!row || ctx.workspaceId !== null) throw notFound('review campaign', id);
  const countsOf = counts ? () => counts : await countEach(db, ctx.organizationId, [row]);
  return campaignView(row, countsOf(id));
}

/**
 * The campaign, locked until the transaction ends, for a caller who may change it.
 * @throws DomainError not_found, also for a key that is confined to a workspace; insufficient_scope
 */
export async function lockCampaign(tx: Transaction, ctx: Ctx, id: string): Promise<CampaignRow> {
  const [row] = await tx
    .select()
    .from(reviewCampaign)
    .where(isCampaign(ctx.organizationId, id))
    .for('update');
  if (!row || ctx.workspaceId !== null) throw notFound('review campaign', id);
  requireMayCampaign(ctx);
  return row;
}

/** @throws DomainError invalid_state */
export function requireRunning(
  { name, status, endsAt }: CampaignRow,
  verb: string,
  now: Date,
): void {
  if (status === 'running' && endsAt > now) return;
  const why = status === 'cancelled' ? 'it was cancelled' : `it ended at ${endsAt.toISOString()}`;
  throw new DomainError(
    'invalid_state',
    `Cannot ${verb} the review campaign "${name}": ${why}. Start a new one.`,
  );
}

export function campaignTarget({ id, name }: Pick<CampaignRow, 'id' | 'name'>): AuditTarget {
  return { type: 'review_campaign', id, name };
}
