import { eq, or, type SQL, sql } from 'drizzle-orm';
import type { Ctx } from '../context.ts';
import { member, user } from '../db/schema/index.ts';
import { holds } from './require-scope.ts';

/**
 * The address of the member whom a query joins, for callers who may read members, and of the caller.
 * The name stands beside everything that a member answers for; the address is the list's alone.
 */
export function memberAddress({ actor, scopes }: Ctx): SQL<string | null> {
  const readable = holds(scopes, 'members.read') ? sql`true` : sql`false`;
  return sql`case when ${or(readable, eq(member.id, actor.memberId))} then ${user.email} end`;
}
