import type { RouteInput, Routes } from '@tollkeeper/contract';
import { and, eq } from 'drizzle-orm';
import { visibleFleet } from '../../access/visible-fleet.ts';
import type { Ctx } from '../../context.ts';
import { joinKey } from '../../db/schema/index.ts';
import { page, pageStart } from '../../http/page.ts';
import { joinKeyView, selectJoinKeys } from './join-key-view.ts';

type Query = NonNullable<RouteInput<Routes['listJoinKeys']>['query']>;

/** Also those that are used up or have expired, until they are purged. */
export async function listJoinKeys(ctx: Ctx, { query }: { query: Query }) {
  const { db, clock } = ctx.services;
  const { after, order, limit } = pageStart(query, joinKey);
  const asked = query.workspaceId ? eq(joinKey.workspaceId, query.workspaceId) : undefined;
  const rows = await selectJoinKeys(db, ctx)
    .where(and(visibleFleet(ctx, joinKey), asked, after))
    .orderBy(...order)
    .limit(limit + 1);
  return page(
    rows.map((row) => joinKeyView(row, clock())),
    limit,
  );
}
