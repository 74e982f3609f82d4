import type { KeyReviewOutcome, ReviewCampaign } from '@tollkeeper/contract';
import { and, eq, getTableColumns, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import { requireScope } from '../../access/require-scope.ts';
import { memberAddress } from '../../access/visibility.ts';
import type { Ctx } from '../../context.ts';
import type { Database, Transaction } from '../../db/connect.ts';
import { apiKey, keyReview, member, reviewCampaign, user } from '../../db/schema/index.ts';
import { DomainError, notFound } from '../../domain-error.ts';
import type { AuditTarget, Facts } from '../../write/audit.ts';
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

export function campaignView(row: ViewRow, counts: ReviewCampaign['counts']): ReviewCampaign {
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

/** How many keys of the campaign have each outcome, as it would end now. */
export async function countOutcomes(
  db: Database | Transaction,
  organizationId: string,
  campaignId: string,
): Promise<ReviewCampaign['counts']> {
  const rows = await db
    .select({ outcome: outcomeNow, count: sql<number>`count(*)`.mapWith(Number) })
    .from(keyReview)
    .leftJoin(apiKey, reviewedKey)
    .where(ofCampaign(organizationId, campaignId))
    .groupBy(sql`1`);
  const counted = new Map<KeyReviewOutcome, number>(
    rows.map(({ outcome, count }) => [outcome, count]),
  );
  const of = (outcome: KeyReviewOutcome) => counted.get(outcome) ?? 0;
  return {
    pending: of('pending'),
    confirmed: of('confirmed'),
    revoked: of('revoked'),
    deleted: of('deleted'),
    disabled: of('disabled'),
    unconfirmed: of('unconfirmed'),
  };
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

/** @throws DomainError not_found, also for a key that is confined to a workspace */
export async function readCampaign(
  db: Database | Transaction,
  ctx: Ctx,
  id: string,
): Promise<ReviewCampaign> {
  const roles = await findReviewRoles(db, ctx.organizationId);
  const [row] = await selectCampaigns(db, ctx, roles).where(isCampaign(ctx.organizationId, id));
  if (!row || ctx.workspaceId !== null) throw notFound('review campaign', id);
  return campaignView(row, await countOutcomes(db, ctx.organizationId, id));
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

/** What the audit log records of a campaign. */
export function campaignFacts(
  row: Omit<CampaignRow, 'memberId' | 'createdAt' | 'remindedAt'>,
): Facts {
  const { name, status, workspaceId, disablesUnconfirmed, reviewerId, keysCount } = row;
  return {
    ...{ name, status, workspaceId, disablesUnconfirmed, reviewerId, keysCount },
    endsAt: row.endsAt.toISOString(),
  };
}
