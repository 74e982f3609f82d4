import type { RouteInput, Routes } from '@tollkeeper/contract';
import { and, asc, gt } from 'drizzle-orm';
import { member } from '../../db/schema/index.ts';
import type { Ctx } from '../../kernel/context.ts';
import { page, pageStart } from '../../kernel/page.ts';
import { memberView, present, selectMembers } from './member-view.ts';

type Query = NonNullable<RouteInput<Routes['listMembers']>['query']>;

export async function listMembers(ctx: Ctx, { query }: { query: Query }) {
  const { after, limit } = pageStart(query);
  const rows = await selectMembers(ctx.services.db, ctx)
    .where(and(present(ctx), after ? gt(member.id, after) : undefined))
    .orderBy(asc(member.id))
    .limit(limit + 1);
  return page(rows.map(memberView), limit);
}
