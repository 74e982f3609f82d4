import type { DefinedApiScope, RouteInput, Routes } from '@tollkeeper/contract';
import { and, asc, eq, gt, or, sql } from 'drizzle-orm';
import type { Ctx } from '../../context.ts';
import type { Transaction } from '../../db/connect.ts';
import { apiScope } from '../../db/schema/index.ts';
import { invalidField, notFound } from '../../domain-error.ts';
import { decodeCursor, encodeCursor } from '../../http/page.ts';
import { etagOf } from '../../write/etag.ts';

type Query = NonNullable<RouteInput<Routes['listApiScopes']>['query']>;
type Row = Omit<typeof apiScope.$inferSelect, 'organizationId'>;

/** A page in the order of their names. @throws DomainError validation_failed */
export async function listApiScopes(ctx: Ctx, { query }: { query: Query }) {
  const limit = Number(query.limit ?? 50);
  const rows = await ctx.services.db
    .select()
    .from(apiScope)
    .where(
      and(
        eq(apiScope.organizationId, ctx.organizationId),
        query.cursor === undefined ? undefined : gt(apiScope.name, lastName(query.cursor)),
        query.search === undefined ? undefined : matching(query.search),
      ),
    )
    .orderBy(asc(apiScope.name))
    .limit(limit + 1);
  const data = rows.slice(0, limit).map(apiScopeView);
  const last = data.at(-1);
  const isMore = rows.length > limit && last !== undefined;
  return {
    data,
    nextCursor: isMore ? encodeCursor(['name', 'asc', last.name, last.name]) : null,
  };
}

function lastName(cursor: string) {
  const [sort, order, name] = decodeCursor(cursor);
  if (sort !== 'name' || order !== 'asc') {
    throw invalidField('cursor', 'belongs to another list; begin again without it');
  }
  return sql`${name}`;
}

function matching(search: string) {
  const pattern = `%${search.replace(/[\\%_]/g, '\\$&')}%`;
  return or(
    sql`${apiScope.name} like lower(${pattern})`,
    sql`lower(${apiScope.description}) like lower(${pattern})`,
  );
}

export function apiScopeView({ name, description, createdAt }: Row): DefinedApiScope {
  const etag = apiScopeEtag({ description });
  return { name, description, createdAt: createdAt.toISOString(), etag };
}

export function apiScopeEtag({ description }: Pick<Row, 'description'>): string {
  return etagOf({ description });
}

/**
 * The API scope, locked until the transaction ends, so that nobody gives it to a key or a role
 * meanwhile (`parseScopes`).
 * @throws DomainError not_found
 */
export async function lockApiScope(tx: Transaction, ctx: Ctx, name: string): Promise<Row> {
  const [row] = await tx
    .select()
    .from(apiScope)
    .where(and(eq(apiScope.organizationId, ctx.organizationId), sql`${apiScope.name} = ${name}`))
    .for('update');
  if (!row) throw notFound('API scope', name);
  return row;
}
