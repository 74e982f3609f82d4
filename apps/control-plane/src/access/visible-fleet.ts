import { and, eq, type SQL } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import type { Ctx } from '../context.ts';

/**
 * Which gateways and join keys the caller sees and manages: of their organization, and of their
 * own workspace when they are confined to one.
 */
export function visibleFleet(
  ctx: Ctx,
  table: { readonly organizationId: PgColumn; readonly workspaceId: PgColumn },
): SQL | undefined {
  return and(
    eq(table.organizationId, ctx.organizationId),
    ctx.workspaceId === null ? undefined : eq(table.workspaceId, ctx.workspaceId),
  );
}
