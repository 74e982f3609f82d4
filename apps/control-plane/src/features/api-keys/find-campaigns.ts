import { and, eq, isNull, or } from 'drizzle-orm';
import { holds } from '../../access/require-scope.ts';
import type { Authority } from '../../context.ts';
import { among, type Reader } from '../../db/among.ts';
import type { Database, Transaction } from '../../db/connect.ts';
import { reviewCampaign } from '../../db/schema/index.ts';
import type { Descendants } from '../../lineage/trace-descendants.ts';
import { withRoot } from './created-rows.ts';

/** Review campaigns that are not over. Without what cancelling one takes, none: they go on. */
export async function findCampaigns(
  db: Database | Transaction,
  ctx: Authority,
  descendants: Descendants,
  reader: Reader,
) {
  if (!holds(ctx.scopes, 'api_keys.manage_all') || ctx.workspaceId !== null) return [];
  const rows = await reader.readEach((ids) =>
    db
      .select({
        id: reviewCampaign.id,
        createdByKeyId: reviewCampaign.createdByKeyId,
        memberId: reviewCampaign.memberId,
        createdAt: reviewCampaign.createdAt,
      })
      .from(reviewCampaign)
      .where(
        and(
          eq(reviewCampaign.organizationId, ctx.organizationId),
          isNull(reviewCampaign.endedAt),
          or(among(reviewCampaign.createdByKeyId, ids), among(reviewCampaign.memberId, ids)),
        ),
      ),
  );
  return rows.flatMap(({ id, createdByKeyId, memberId, createdAt }) =>
    withRoot(descendants, { id }, [createdByKeyId, memberId], createdAt),
  );
}
