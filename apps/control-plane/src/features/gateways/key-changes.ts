import { and, inArray, sql } from 'drizzle-orm';
import { findDeletedKey } from '../../access/find-deleted-key.ts';
import { visibleKeys } from '../../access/visibility.ts';
import type { Ctx } from '../../context.ts';
import { apiKey, change } from '../../db/schema/index.ts';
import { notFound } from '../../domain-error.ts';
import { transactionOf } from './required-versions.ts';

/** The last change of a key, or of a policy. */
export interface KeyChange {
  /** The workspace that confines it. */
  readonly workspaceId: string | null;
  /** Null when the last change is remembered no more. */
  readonly changeId: number | null;
  /** When it became a version of a workspace, which is what propagation is measured from. */
  readonly at: Date | null;
}

/**
 * The last change of each of the keys, which the caller sees, or saw before they were deleted.
 * @throws DomainError not_found
 */
export async function findKeyChanges(ctx: Ctx, keyIds: readonly string[]): Promise<KeyChange[]> {
  const { db } = ctx.services;
  const lasts = await findLastChanges(ctx, 'key', keyIds);
  const keys = await db
    .select({ id: apiKey.id, workspaceId: apiKey.workspaceId })
    .from(apiKey)
    .where(and(visibleKeys(ctx), inArray(apiKey.id, [...keyIds])));
  const places = new Map(keys.map(({ id, workspaceId }) => [id, { workspaceId }]));
  const changes: KeyChange[] = [];
  for (const keyId of keyIds) {
    const last = lasts.get(keyId);
    const place =
      places.get(keyId) ?? (last && (await findDeletedKey(ctx.services.db, ctx, keyId)));
    if (!place) throw notFound('API key', keyId);
    changes.push({
      ...place,
      changeId: last?.changeId ?? null,
      at: last?.countedAt ?? last?.at ?? null,
    });
  }
  return changes;
}

/** Undefined when none is remembered. */
export function latestChange(changes: readonly KeyChange[]): KeyChange | undefined {
  return changes
    .filter(({ changeId }) => changeId !== null)
    .toSorted((a, b) => (a.changeId ?? 0) - (b.changeId ?? 0))
    .at(-1);
}

/** By the ids of the subjects. */
export async function findLastChanges(
  { services, organizationId }: Ctx,
  kind: 'key' | 'policy',
  ids: readonly string[],
) {
  const { rows } = await services.db.execute<{
    id: string;
    changeId: string;
    workspaceId: string | null;
    at: string;
    countedAt: string | null;
  }>(sql`
    select last.*, made.at as "countedAt"
    from (
      select distinct on (${change.subjectId}) ${change.subjectId} as id,
        ${change.id} as "changeId", ${change.workspaceId} as "workspaceId", ${change.at} as at
      from ${change}
      where ${change.organizationId} = ${organizationId} and ${change.kind} = ${kind}
        and ${change.subjectId} = any(${sql.param(ids)}::text[])
      order by ${change.subjectId}, ${change.id} desc
    ) as last
    left join lateral ${transactionOf(sql`last."changeId"`)} as made on true`);
  return new Map(
    rows.map(({ id, changeId, workspaceId, at, countedAt }) => [
      id,
      {
        changeId: Number(changeId),
        workspaceId,
        at: new Date(at),
        countedAt: countedAt === null ? null : new Date(countedAt),
      },
    ]),
  );
}
