import type { ApiKey } from '@tollkeeper/contract';
import { and, eq, or, type SQL, sql } from 'drizzle-orm';
import { alias, type PgColumn } from 'drizzle-orm/pg-core';
import type { Ctx } from '../context.ts';
import { apiKey } from '../db/schema/index.ts';
import { holds } from './require-scope.ts';
import { visibleCounts } from './visible-keys.ts';

/** The API key that created a thing, beside the thing itself in one query. */
export const creatingKey = alias(apiKey, 'creating_key');

/** Where a left join finds it; no row when a session created the thing, and once it was deleted. */
export function isCreatingKey(thing: {
  readonly organizationId: PgColumn;
  readonly createdByKeyId: PgColumn;
}): SQL | undefined {
  return and(
    eq(creatingKey.id, thing.createdByKeyId),
    eq(creatingKey.organizationId, thing.organizationId),
  );
}

/** Its name, for callers who may read that key, or use it right now. */
export function creatingKeyName(ctx: Ctx): SQL<string | null> {
  const own = ctx.actor.type === 'key' ? eq(creatingKey.id, ctx.actor.keyId) : sql`false`;
  const readable = holds(ctx.scopes, 'api_keys.read')
    ? (visibleCounts(ctx, creatingKey) ?? sql`true`)
    : sql`false`;
  return sql`case when ${or(own, readable)} then ${creatingKey.name} end`;
}

export function creatingKeyView(id: string | null, name: string | null): ApiKey['createdByKey'] {
  return id === null ? null : { id, name };
}

/** What a thing that is created now records. */
export function callingKeyId({ actor }: Pick<Ctx, 'actor'>): string | null {
  return actor.type === 'key' ? actor.keyId : null;
}
