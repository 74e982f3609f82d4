import type { ReviewCampaign, RouteInput, Routes } from '@tollkeeper/contract';
import { and, eq } from 'drizzle-orm';
import { requireWholeOrganization } from '../../access/require-scope.ts';
import type { Ctx } from '../../context.ts';
import { reviewCampaign } from '../../db/schema/index.ts';
import { newestFirst, newestPage } from '../../http/page.ts';
import {
  campaignView,
  countEach,
  readCampaign,
  requireSeesAllKeys,
  selectCampaigns,
} from './campaign-view.ts';
import { findReviewRoles } from './reviewers.ts';

type Query = NonNullable<RouteInput<Routes['listReviewCampaigns']>['query']>;

/** @throws DomainError outside_workspace, insufficient_scope */
export async function listReviewCampaigns(ctx: Ctx, { query }: { query: Query }) {
  requireWholeOrganization(ctx);
  requireSeesAllKeys(ctx);
  const { db } = ctx.services;
  const { after, order, limit } = newestFirst(query, reviewCampaign);
  const roles = await findReviewRoles(db, ctx.organizationId);
  const rows = await selectCampaigns(db, ctx, roles)
    .where(
      and(
        eq(reviewCampaign.organizationId, ctx.organizationId),
        query.status && eq(reviewCampaign.status, query.status),
        after,
      ),
    )
    .orderBy(...order)
    .limit(limit + 1);
  const countsOf = await countEach(db, ctx.organizationId, rows);
  return newestPage(
    rows.map((row) => campaignView(row, countsOf(row.id))),
    limit,
  );
}

/** @throws DomainError not_found, insufficient_scope */
export async function getReviewCampaign(
  ctx: Ctx,
  { params }: { params: { readonly id: string } },
): Promise<ReviewCampaign> {
  const campaign = await readCampaign(ctx.services.db, ctx, params.id);
  requireSeesAllKeys(ctx);
  return campaign;
}
