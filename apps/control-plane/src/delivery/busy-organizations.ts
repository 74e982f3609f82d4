import { type SQL, sql } from 'drizzle-orm';
import type { UnderWay } from './under-way.ts';

/** The requests under way as a table `busy (organization_id, count)`, by which a claim lets organizations take turns. */
export function busyOrganizations(underWay: UnderWay): SQL {
  return sql`unnest(${sql.param([...underWay.keys()])}::text[],
    ${sql.param([...underWay.values()])}::int[]) as busy (organization_id, count)`;
}
