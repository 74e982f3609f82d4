import {
  BUILT_IN_ROLES,
  type Role,
  type RouteInput,
  type Routes,
  type Scope,
} from '@tollkeeper/contract';
import { and, count, eq, ne, sql } from 'drizzle-orm';
import type { Ctx } from '../../context.ts';
import type { Database, Transaction } from '../../db/connect.ts';
import { member, role } from '../../db/schema/index.ts';
import { DomainError, notFound } from '../../domain-error.ts';
import { page, pageStart } from '../../http/page.ts';
import { etagOf } from '../../write/etag.ts';

type Query = NonNullable<RouteInput<Routes['listRoles']>['query']>;

/** The built-in roles on the first page, the organization's own after them. */
export async function listRoles(ctx: Ctx, { query }: { query: Query }) {
  const { db } = ctx.services;
  const { after, order, limit } = pageStart(query, role);
  const custom = await db
    .select()
    .from(role)
    .where(and(eq(role.organizationId, ctx.organizationId), after))
    .orderBy(...order)
    .limit(limit + 1);
  const { data, nextCursor } = page(custom, limit);
  const counts = await countMembers(db, ctx.organizationId);
  const builtIn = after ? [] : BUILT_IN_ROLES.map((each) => ({ ...each, builtIn: true }));
  const rows = [...builtIn, ...data.map((row) => ({ ...row, builtIn: false }))];
  return { data: rows.map((row) => roleView(row, counts.get(row.id) ?? 0)), nextCursor };
}

export function roleView(
  { id, name, description, scopes, builtIn }: KnownRole,
  membersCount: number,
): Role {
  const etag = roleEtag({ name, description, scopes });
  return { id, name, description, scopes: [...scopes], builtIn, membersCount, etag };
}

export function roleEtag({
  name,
  description,
  scopes,
}: Pick<KnownRole, 'name' | 'description' | 'scopes'>): string {
  return etagOf({ name, description, scopes });
}

/** How many members, suspended ones included, hold each role. */
export async function countMembers(db: Database | Transaction, organizationId: string) {
  const rows = await db
    .select({ roleId: member.roleId, members: count() })
    .from(member)
    .where(and(eq(member.organizationId, organizationId), ne(member.status, 'removed')))
    .groupBy(member.roleId);
  return new Map(rows.map((row) => [row.roleId, row.members]));
}

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
