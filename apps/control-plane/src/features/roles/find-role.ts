import { BUILT_IN_ROLES, type Scope } from '@tollkeeper/contract';
import { and, eq } from 'drizzle-orm';
import type { Ctx } from '../../context.ts';
import type { Database, Transaction } from '../../db/connect.ts';
import { role } from '../../db/schema/index.ts';
import { DomainError, notFound } from '../../domain-error.ts';

export interface KnownRole {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly scopes: readonly Scope[];
  readonly builtIn: boolean;
}

/** A built-in role, or one of the organization's own; undefined when there is none. */
export async function findRole(
  db: Database | Transaction,
  organizationId: string,
  id: string,
): Promise<KnownRole | undefined> {
  const builtIn = BUILT_IN_ROLES.find((each) => each.id === id);
  if (builtIn) return { ...builtIn, builtIn: true };
  const [row] = await db
    .select()
    .from(role)
    .where(and(eq(role.organizationId, organizationId), eq(role.id, id)));
  return row && { ...row, builtIn: false };
}

/**
 * A custom role, locked until the transaction ends, so that nobody is given it meanwhile.
 * @throws DomainError not_found, invalid_state for a built-in role
 */
export async function lockRole(tx: Transaction, ctx: Ctx, id: string, verb: string) {
  if (BUILT_IN_ROLES.some((each) => each.id === id)) {
    throw new DomainError(
      'invalid_state',
      `Cannot ${verb} the role "${id}": it is built in. Create a custom role instead.`,
    );
  }
  const [row] = await tx
    .select()
    .from(role)
    .where(and(eq(role.organizationId, ctx.organizationId), eq(role.id, id)))
    .for('update');
  if (!row) throw notFound('role', id);
  return row;
}
