import {
  CASCADE_KEYS_NAMED_MAX,
  CASCADES_LISTED_MAX,
  type Cascade,
  type RouteInput,
  type Routes,
} from '@tollkeeper/contract';
import { and, asc, eq, getTableColumns, type SQL, sql } from 'drizzle-orm';
import { creatingKey, creatingKeyName, creatingKeyView } from '../../access/creator.ts';
import { memberAddress, visibleCounts } from '../../access/visibility.ts';
import type { Ctx } from '../../context.ts';
import { cascadeProgress, member, runningCascade, user } from '../../db/schema/index.ts';

type Query = NonNullable<RouteInput<Routes['listCascades']>['query']>;

/** What is being ended, for an operator to see that it goes on: those that the caller may see. */
export async function listCascades(ctx: Ctx, { query }: { query: Query }) {
  const rows = await ctx.services.db
    .select({
      ...getTableColumns(runningCascade),
      endedCount: cascadeProgress.endedCount,
      memberName: user.name,
      memberEmail: memberAddress(ctx),
      keyName: creatingKeyName(ctx),
    })
    .from(runningCascade)
    .leftJoin(cascadeProgress, eq(cascadeProgress.cascadeId, runningCascade.id))
    .leftJoin(member, eq(member.id, runningCascade.memberId))
    .leftJoin(user, eq(user.id, member.userId))
    .leftJoin(
      creatingKey,
      and(
        eq(creatingKey.id, runningCascade.keyId),
        eq(creatingKey.organizationId, runningCascade.organizationId),
      ),
    )
    .where(
      and(
        eq(runningCascade.organizationId, ctx.organizationId),
        visibleCounts(ctx, runningCascade),
        query.keyId === undefined ? undefined : beginsWith(query.keyId),
      ),
    )
    .orderBy(asc(runningCascade.createdAt), asc(runningCascade.id))
    .limit(CASCADES_LISTED_MAX);
  return {
    data: rows.map(
      (row): Cascade => ({
        requestId: row.requestId,
        keysCount: row.roots.length,
        keys: row.roots.slice(0, CASCADE_KEYS_NAMED_MAX).map(({ id, name }) => ({ id, name })),
        startedBy: { memberId: row.memberId, name: row.memberName ?? '', email: row.memberEmail },
        startedByKey: creatingKeyView(row.keyId, row.keyName),
        startedAt: row.createdAt.toISOString(),
        endedCount: row.endedCount ?? 0,
        stuckAt: row.stuckAt?.toISOString() ?? null,
      }),
    ),
  };
}

function beginsWith(keyId: string): SQL {
  return sql`${runningCascade.roots} @> ${JSON.stringify([{ id: keyId }])}::jsonb`;
}
