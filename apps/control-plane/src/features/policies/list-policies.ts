import type { Policy, RouteInput, Routes } from '@tollkeeper/contract';
import { policySchema } from '@tollkeeper/verify';
import { and, or, type SQL, sql } from 'drizzle-orm';
import { appliesIn, visiblePolicies } from '../../access/visibility.ts';
import type { Ctx } from '../../context.ts';
import { policy } from '../../db/schema/index.ts';
import { page, pageStart } from '../../http/page.ts';
import { policySummary, readPolicy, selectPolicies } from './policy-view.ts';

type Query = NonNullable<RouteInput<Routes['listPolicies']>['query']>;

export async function listPolicies(ctx: Ctx, { query }: { query: Query }) {
  const { after, order, limit } = pageStart(query, policy);
  const rows = await selectPolicies(ctx.services.db, ctx)
    .where(
      and(
        visiblePolicies(ctx),
        query.workspaceId === undefined ? undefined : appliesIn(query.workspaceId),
        query.search === undefined ? undefined : matching(query.search),
        after,
      ),
    )
    .orderBy(...order)
    .limit(limit + 1);
  return page(rows.map(policySummary), limit);
}

/** There are few policies: no index helps. */
function matching(search: string): SQL | undefined {
  const pattern = `%${search.replace(/[\\%_]/g, '\\$&')}%`;
  const columns = [policy.name, policy.description, policy.text];
  return or(...columns.map((column) => sql`lower(${column}) like lower(${pattern})`));
}

/** @throws DomainError not_found */
export function getPolicy(ctx: Ctx, { params }: { params: { id: string } }): Promise<Policy> {
  return readPolicy(ctx.services.db, ctx, params.id);
}

export function getPolicySchema(): { schema: string } {
  return { schema: policySchema([]) };
}
