import type { ApiKey, KeySort, KeyState, RouteInput, Routes } from '@tollkeeper/contract';
import { SECRET_PREFIXES } from '@tollkeeper/verify';
import { and, asc, desc, eq, gt, inArray, isNull, lte, or, type SQL, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import { visibleKeys } from '../../access/visibility.ts';
import type { Ctx } from '../../context.ts';
import { apiKey, keyRotation } from '../../db/schema/index.ts';
import { invalidField } from '../../domain-error.ts';
import { cursorTime, decodeCursor, encodeCursor } from '../../http/page.ts';
import { keyView, selectKeys } from './key-view.ts';
import { parseTagFilter } from './parse-tags.ts';

type Query = NonNullable<RouteInput<Routes['listKeys']>['query']>;

/** A page of the keys that the caller sees. @throws DomainError validation_failed */
export function listKeys(ctx: Ctx, { query }: { query: Query }) {
  return listKeysWhere(ctx, query, undefined);
}

/** @param also a further condition on `api_key` */
export async function listKeysWhere(ctx: Ctx, query: Query, also: SQL | undefined) {
  const { db, clock } = ctx.services;
  const { sort = 'createdAt', order = 'desc' } = query;
  const limit = Number(query.limit ?? 50);
  const column = SORT_COLUMNS[sort];
  const direction = order === 'asc' ? asc : desc;
  const now = clock();
  const listed = and(visibleKeys(ctx), filters(ctx, query, now), also);
  const [ids, totalCount] = await Promise.all([
    // Which keys first, and what is shown of them after: all others would be joined to be sorted.
    db
      .select({ id: apiKey.id })
      .from(apiKey)
      .where(and(listed, after(query.cursor, sort, order)))
      .orderBy(direction(column), direction(apiKey.id))
      .limit(limit + 1),
    db.$count(apiKey, listed),
  ]);
  const wanted = ids.map(({ id }) => id);
  const rows =
    wanted.length === 0
      ? []
      : await selectKeys(db, ctx)
          .where(and(listed, inArray(apiKey.id, wanted)))
          .orderBy(direction(column), direction(apiKey.id));
  const page = rows.slice(0, limit).map((row) => keyView(row, now));
  const last = page.at(-1);
  const more = ids.length > limit && last !== undefined;
  return {
    data: page,
    nextCursor: more ? encodeCursor([sort, order, sortText(last, sort), last.id]) : null,
    totalCount,
  };
}

/** Never null, so that one comparison orders all rows: never used is oldest, no expiry is last. */
const SORT_COLUMNS: Readonly<Record<KeySort, SQL>> = {
  createdAt: sql`${apiKey.createdAt}`,
  name: sql`${apiKey.nameLower}`,
  lastUsedAt: sql`coalesce(${apiKey.lastUsedAt}, '-infinity')`,
  expiresAt: sql`coalesce(${apiKey.expiresAt}, 'infinity')`,
};

function sortText(key: ApiKey, sort: KeySort): string {
  switch (sort) {
    case 'createdAt':
      return key.createdAt;
    case 'name':
      return key.name;
    case 'lastUsedAt':
      return key.lastUsedAt ?? NO_TIME.lastUsedAt;
    case 'expiresAt':
      return key.expiresAt ?? NO_TIME.expiresAt;
  }
}

function after(cursor: string | undefined, sort: KeySort, order: 'asc' | 'desc'): SQL | undefined {
  if (cursor === undefined) return undefined;
  const [ofSort, ofOrder, value, id] = decodeCursor(cursor);
  if (ofSort !== sort || ofOrder !== order) {
    throw invalidField('cursor', 'belongs to a list in another order; begin again without it');
  }
  const bound =
    sort === 'name'
      ? sql`lower(${value})`
      : sql`${value === NO_TIME[sort] ? value : cursorTime(value)}::timestamptz`;
  const comparison = order === 'asc' ? sql`>` : sql`<`;
  return sql`(${SORT_COLUMNS[sort]}, ${apiKey.id}) ${comparison} (${bound}, ${id})`;
}

/** Value that a cursor holds for a time that the key does not have. */
const NO_TIME = {
  createdAt: undefined,
  name: undefined,
  lastUsedAt: '-infinity',
  expiresAt: 'infinity',
} as const satisfies Readonly<Record<KeySort, string | undefined>>;

function filters({ organizationId }: Ctx, query: Query, now: Date): SQL | undefined {
  return and(
    query.state && inState(query.state, now),
    query.memberId ? eq(apiKey.memberId, query.memberId) : undefined,
    query.workspaceId ? eq(apiKey.workspaceId, query.workspaceId) : undefined,
    query.createdByKeyId === undefined
      ? undefined
      : createdBy(organizationId, query.createdByKeyId),
    query.search === undefined ? undefined : matching(query.search),
    query.tags === undefined ? undefined : tagged(parseTagFilter(query.tags)),
  );
}

/** Found once for the list: asked of each key, they would be sought in all. */
function createdBy(organizationId: string, creatorId: string): SQL {
  return sql`${apiKey.id} = any(array(
    select ${created.id} from ${apiKey} as created
    where ${created.organizationId} = ${organizationId} and ${created.createdByKeyId} = ${creatorId}
    union all
    select ${keyRotation.keyId} from ${keyRotation}
    where ${keyRotation.organizationId} = ${organizationId}
      and ${keyRotation.rotatedBy} = ${creatorId}))`;
}

const created = alias(apiKey, 'created');

/** As `keyState` says it of one key. */
function inState(state: KeyState, now: Date): SQL | undefined {
  switch (state) {
    case 'active':
      return and(
        eq(apiKey.status, 'active'),
        or(isNull(apiKey.expiresAt), gt(apiKey.expiresAt, now)),
      );
    case 'expired':
      return and(eq(apiKey.status, 'active'), lte(apiKey.expiresAt, now));
    case 'disabled':
    case 'revoked':
      return eq(apiKey.status, state);
  }
}

/** The index holds only keys with tags, and is used where the query says so. */
function tagged(tags: readonly string[]): SQL {
  return sql`(${apiKey.tags} <> '{}' and ${apiKey.tags} @> ${sql.param(tags)}::text[])`;
}

function matching(search: string): SQL | undefined {
  const literal = search.replace(/[\\%_]/g, '\\$&');
  return or(
    sql`${apiKey.nameLower} like lower(${`%${literal}%`})`,
    // No tag and no search has a line break, which keeps tags apart.
    sql`(${apiKey.tags} <> '{}'
      and lower(array_to_string(${apiKey.tags}, E'\\n')) like lower(${`%${literal}%`}))`,
    mayBeginPrefix(search) ? sql`lower(${apiKey.prefix}) like lower(${`${literal}%`})` : undefined,
  );
}

/** Most searches cannot, and are spared a second comparison for each key. */
function mayBeginPrefix(search: string): boolean {
  const text = search.toLowerCase();
  return SECRET_PREFIXES.some((prefix) => text.startsWith(prefix) || prefix.startsWith(text));
}
