import { and, eq, type SQL } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import type { Ctx } from '../context.ts';
import { apiKey } from '../db/schema/index.ts';
import { holds } from './require-scope.ts';

/**
 * Which keys the caller sees and manages: of their organization; of their own workspace when they
 * are confined to one; of every owner only with api_keys.manage_all.
 */
export function visibleKeys(ctx: Ctx): SQL | undefined {
  return and(eq(apiKey.organizationId, ctx.organizationId), visibleCounts(ctx, apiKey));
}

/** The same of a table that counts keys or calls by owner and workspace. */
export function visibleCounts(
  ctx: Ctx,
  table: { readonly memberId: PgColumn; readonly workspaceId: PgColumn },
): SQL | undefined {
  return and(
    ctx.workspaceId === null ? undefined : eq(table.workspaceId, ctx.workspaceId),
    holds(ctx.scopes, 'api_keys.manage_all') ? undefined : eq(table.memberId, ctx.actor.memberId),
  );
}
