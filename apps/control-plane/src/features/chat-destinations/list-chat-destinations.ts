import type { ChatDestination, RouteInput, Routes } from '@tollkeeper/contract';
import { and, eq } from 'drizzle-orm';
import { requireWholeOrganization } from '../../access/require-scope.ts';
import type { Ctx } from '../../context.ts';
import { chatDestination } from '../../db/schema/index.ts';
import { page, pageStart } from '../../http/page.ts';
import { destinationView, readDestination, selectDestinations } from './destination-view.ts';

type Query = NonNullable<RouteInput<Routes['listChatDestinations']>['query']>;

/** @throws DomainError outside_workspace */
export async function listChatDestinations(ctx: Ctx, { query }: { query: Query }) {
  requireWholeOrganization(ctx);
  const { after, order, limit } = pageStart(query, chatDestination);
  const rows = await selectDestinations(ctx.services.db, ctx)
    .where(and(eq(chatDestination.organizationId, ctx.organizationId), after))
    .orderBy(...order)
    .limit(limit + 1);
  return page(rows.map(destinationView), limit);
}

/** @throws DomainError not_found */
export async function getChatDestination(
  ctx: Ctx,
  { params }: { params: { readonly id: string } },
): Promise<ChatDestination> {
  return readDestination(ctx.services.db, ctx, params.id);
}
