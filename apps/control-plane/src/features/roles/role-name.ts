import { BUILT_IN_ROLES } from '@tollkeeper/contract';
import { and, eq, ne, sql } from 'drizzle-orm';
import type { Transaction } from '../../db/connect.ts';
import { role } from '../../db/schema/index.ts';
import { DomainError } from '../../domain-error.ts';

/**
 * Two roles of one name, a built-in one included, would be given by mistake. The unique index
 * decides between two that are made at once.
 * @throws DomainError invalid_state
 */
export async function requireFreeName(
  tx: Transaction,
  organizationId: string,
  name: string,
  own = '',
) {
  const wanted = name.trim().toLowerCase();
  const [taken] = await tx
    .select({ id: role.id })
    .from(role)
    .where(
      and(
        eq(role.organizationId, organizationId),
        ne(role.id, own),
        sql`lower(trim(${role.name})) = ${wanted}`,
      ),
    )
    .limit(1);
  if (!taken && !BUILT_IN_ROLES.some((each) => each.name.toLowerCase() === wanted)) return;
  throw new DomainError('invalid_state', `There is a role "${name}" already. Choose another name.`);
}
