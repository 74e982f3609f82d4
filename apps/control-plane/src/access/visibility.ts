import { and, eq, isNull, or, type SQL, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import type { Authority, Ctx } from '../context.ts';
import { apiKey, auditEvent, member, policy, user } from '../db/schema/index.ts';
import { holds } from './require-scope.ts';

/**
 * Which keys the caller sees and manages: of their organization; of their own workspace when they
 * are confined to one; of every owner only with api_keys.manage_all.
 */
export function visibleKeys(ctx: Authority): SQL | undefined {
  return and(eq(apiKey.organizationId, ctx.organizationId), visibleCounts(ctx, apiKey));
}

/** The same of a table that counts keys or calls by owner and workspace. */
export function visibleCounts(
  ctx: Authority,
  table: { readonly memberId: PgColumn; readonly workspaceId: PgColumn },
): SQL | undefined {
  return and(
    ctx.workspaceId === null ? undefined : eq(table.workspaceId, ctx.workspaceId),
    holds(ctx.scopes, 'api_keys.manage_all') ? undefined : eq(table.memberId, ctx.actor.memberId),
  );
}

/**
 * Which gateways and join keys the caller sees and manages: of their organization, and of their
 * own workspace when they are confined to one.
 */
export function visibleFleet(
  ctx: Authority,
  table: { readonly organizationId: PgColumn; readonly workspaceId: PgColumn },
): SQL | undefined {
  return and(
    eq(table.organizationId, ctx.organizationId),
    ctx.workspaceId === null ? undefined : eq(table.workspaceId, ctx.workspaceId),
  );
}

/**
 * Which audit events the caller sees: of their organization; when they are confined to a workspace, of
 * what is in it.
 */
export function visibleEvents(ctx: Authority): SQL | undefined {
  return and(
    eq(auditEvent.organizationId, ctx.organizationId),
    ctx.workspaceId === null
      ? undefined
      : eq(sql`${auditEvent.target} ->> 'workspaceId'`, ctx.workspaceId),
  );
}

/** Which policies apply to what the caller reaches: of a workspace, and of the organization. */
export function visiblePolicies(ctx: Authority): SQL | undefined {
  return and(
    eq(policy.organizationId, ctx.organizationId),
    ctx.workspaceId === null ? undefined : appliesIn(ctx.workspaceId),
  );
}

export function appliesIn(workspaceId: string): SQL | undefined {
  return or(isNull(policy.workspaceId), eq(policy.workspaceId, workspaceId));
}

/**
 * The address of the member whom a query joins, for callers who may read members, and of the caller.
 * The name stands beside everything that a member answers for; the address is the list's alone.
 */
export function memberAddress({ actor, scopes }: Ctx): SQL<string | null> {
  const readable = holds(scopes, 'members.read') ? sql`true` : sql`false`;
  return sql`case when ${or(readable, eq(member.id, actor.memberId))} then ${user.email} end`;
}
