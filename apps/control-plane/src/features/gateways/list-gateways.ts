import type { Gateway, RouteInput, Routes } from '@tollkeeper/contract';
import { and, eq } from 'drizzle-orm';
import { visibleFleet } from '../../access/visibility.ts';
import type { Ctx } from '../../context.ts';
import { gateway } from '../../db/schema/index.ts';
import { page, pageStart } from '../../http/page.ts';
import { gatewayViews, readGateway, selectGateways } from './gateway-view.ts';

type Query = NonNullable<RouteInput<Routes['listGateways']>['query']>;

export async function listGateways(ctx: Ctx, { query }: { query: Query }) {
  const { db } = ctx.services;
  const { after, order, limit } = pageStart(query, gateway);
  const asked = query.workspaceId ? eq(gateway.workspaceId, query.workspaceId) : undefined;
  const rows = await selectGateways(db)
    .where(and(visibleFleet(ctx, gateway), asked, after))
    .orderBy(...order)
    .limit(limit + 1);
  return page(await gatewayViews(db, rows), limit);
}

/** @throws DomainError not_found */
export function getGateway(ctx: Ctx, { params }: { params: { id: string } }): Promise<Gateway> {
  return readGateway(ctx.services.db, ctx, params.id);
}
