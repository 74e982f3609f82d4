import type { RouteInput, Routes } from '@tollkeeper/contract';
import { and } from 'drizzle-orm';
import type { Ctx } from '../../context.ts';
import { member } from '../../db/schema/index.ts';
import { page, pageStart } from '../../http/page.ts';
import { memberView, present, selectMembers } from './member-view.ts';

type Query = NonNullable<RouteInput<Routes['listMembers']>['query']>;

export async function listMembers(ctx: Ctx, { query }: { query: Query }) {
  const { after, order, limit } = pageStart(query, member);
  const rows = await selectMembers(ctx.services.db, ctx)
    .where(and(present(ctx), after))
    .orderBy(...order)
    .limit(limit + 1);
  return page(rows.map(memberView), limit);
}
