import { BUILT_IN_ROLES, type BuiltInScope } from '@tollkeeper/contract';
import { and, eq, or, type SQL, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import { among } from '../../db/among.ts';
import type { Database, Transaction } from '../../db/connect.ts';
import { apiKey, keyReview, member, reviewCampaign, role } from '../../db/schema/index.ts';

/** The owner of a key in a query about reviews. */
export const owner = alias(member, 'owner');
/** The member who reviews what owners cannot. */
export const reviewer = alias(member, 'reviewer');

/** What deciding about one's own key takes. */
const OWN: readonly BuiltInScope[] = ['api_keys.read', 'api_keys.revoke'];
/** What deciding about the keys of others takes. */
export const ALL: readonly BuiltInScope[] = [...OWN, 'api_keys.manage_all'];

/** The roles whose members can decide: about their own keys, and about all. */
export interface ReviewRoles {
  readonly own: readonly string[];
  readonly all: readonly string[];
}

/** Those of the organization, read once: asked for each member, roles of all organizations would be read. */
export async function findReviewRoles(
  db: Database | Transaction,
  organizationId: string,
): Promise<ReviewRoles> {
  const custom = await db
    .select({ id: role.id, scopes: role.scopes })
    .from(role)
    .where(eq(role.organizationId, organizationId));
  const holding = (scopes: readonly BuiltInScope[]) =>
    [...BUILT_IN_ROLES, ...custom]
      .filter((each) => scopes.every((scope) => each.scopes.includes(scope)))
      .map(({ id }) => id);
  return { own: holding(OWN), all: holding(ALL) };
}

/** Whether the owner is active, with a role that decides about their own keys. */
export function ownerCanReview({ own }: ReviewRoles): SQL<boolean> {
  return sql<boolean>`coalesce(${owner.status} = 'active' and ${among(owner.roleId, own)}, false)`;
}

/** Whether the reviewer is active, with a role that decides about every key. */
export function reviewerCanReview({ all }: ReviewRoles): SQL<boolean> {
  return sql<boolean>`coalesce(${reviewer.status} = 'active' and ${among(reviewer.roleId, all)}, false)`;
}

/** The outcome, as it would be if the campaign ended now: a key that is gone needs no decision. */
export const outcomeNow = sql<(typeof keyReview.$inferSelect)['outcome']>`case
  when ${keyReview.outcome} <> 'pending' then ${keyReview.outcome}
  when ${apiKey.id} is null then 'deleted'
  when ${apiKey.status} = 'revoked' then 'revoked'
  else 'pending' end`;

/** Where a left join finds the key of a review; no row once it was deleted. */
export const reviewedKey = and(
  eq(apiKey.id, keyReview.keyId),
  eq(apiKey.organizationId, keyReview.organizationId),
);

/**
 * Who has keys to review in a campaign that runs, and how many: for those who remind them.
 */
export async function findPendingReviewers(
  db: Database | Transaction,
  organizationId: string,
  campaignId: string,
): Promise<{ readonly memberId: string; readonly count: number }[]> {
  const roles = await findReviewRoles(db, organizationId);
  const isOwners = ownerCanReview(roles);
  const memberId = sql<string>`case when ${isOwners} then ${owner.id} else ${reviewer.id} end`;
  return db
    .select({ memberId, count: sql<number>`count(*)`.mapWith(Number) })
    .from(keyReview)
    .innerJoin(
      reviewCampaign,
      and(
        eq(reviewCampaign.organizationId, keyReview.organizationId),
        eq(reviewCampaign.id, keyReview.campaignId),
      ),
    )
    .innerJoin(apiKey, and(reviewedKey, sql`${apiKey.status} <> 'revoked'`))
    .innerJoin(owner, eq(owner.id, apiKey.memberId))
    .innerJoin(reviewer, eq(reviewer.id, reviewCampaign.reviewerId))
    .where(
      and(
        eq(keyReview.organizationId, organizationId),
        eq(keyReview.campaignId, campaignId),
        eq(keyReview.outcome, 'pending'),
        or(isOwners, reviewerCanReview(roles)),
      ),
    )
    .groupBy(sql`1`);
}
