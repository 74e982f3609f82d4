import type { RouteInput, Routes, WebhookEndpoint } from '@tollkeeper/contract';
import { and, eq } from 'drizzle-orm';
import { requireWholeOrganization } from '../../access/require-scope.ts';
import type { Ctx } from '../../context.ts';
import { webhookEndpoint } from '../../db/schema/index.ts';
import { page, pageStart } from '../../http/page.ts';
import { readEndpoint, selectEndpoints, viewEndpoints } from './endpoint-view.ts';

type Query = NonNullable<RouteInput<Routes['listWebhookEndpoints']>['query']>;

/** @throws DomainError outside_workspace */
export async function listWebhookEndpoints(ctx: Ctx, { query }: { query: Query }) {
  requireWholeOrganization(ctx);
  const { after, order, limit } = pageStart(query, webhookEndpoint);
  const { db } = ctx.services;
  const rows = await selectEndpoints(db, ctx)
    .where(and(eq(webhookEndpoint.organizationId, ctx.organizationId), after))
    .orderBy(...order)
    .limit(limit + 1);
  return page(await viewEndpoints(db, ctx, rows), limit);
}

/** @throws DomainError not_found */
export async function getWebhookEndpoint(
  ctx: Ctx,
  { params }: { params: { readonly id: string } },
): Promise<WebhookEndpoint> {
  return readEndpoint(ctx.services.db, ctx, params.id);
}
