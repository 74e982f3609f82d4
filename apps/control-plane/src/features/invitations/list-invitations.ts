import type { RouteInput, Routes } from '@tollkeeper/contract';
import { and, eq } from 'drizzle-orm';
import type { Ctx } from '../../context.ts';
import { invitation } from '../../db/schema/index.ts';
import { page, pageStart } from '../../http/page.ts';
import { invitationView, selectInvitations } from './invitation-view.ts';

type Query = NonNullable<RouteInput<Routes['listInvitations']>['query']>;

/** Those that wait for an answer, and those that expired: they can be sent again. */
export async function listInvitations(ctx: Ctx, { query }: { query: Query }) {
  const { after, order, limit } = pageStart(query, invitation);
  const rows = await selectInvitations(ctx.services.db, ctx)
    .where(and(eq(invitation.organizationId, ctx.organizationId), after))
    .orderBy(...order)
    .limit(limit + 1);
  const now = ctx.services.clock();
  return page(
    rows.map((row) => invitationView(row, now)),
    limit,
  );
}
