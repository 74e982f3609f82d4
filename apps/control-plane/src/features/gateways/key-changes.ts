import { and, desc, eq, inArray, sql } from 'drizzle-orm';
import { holds } from '../../access/require-scope.ts';
import { visibleKeys } from '../../access/visible-keys.ts';
import type { Ctx } from '../../context.ts';
import { apiKey, auditEvent, change } from '../../db/schema/index.ts';
import { notFound } from '../../domain-error.ts';
import { transactionOf } from './required-versions.ts';

export interface KeyChange {
  /** The workspace that confines the key. */
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
  const lasts = await findLastChanges(ctx, keyIds);
  const keys = await db
    .select({ id: apiKey.id, workspaceId: apiKey.workspaceId })
    .from(apiKey)
    .where(and(visibleKeys(ctx), inArray(apiKey.id, [...keyIds])));
  const places = new Map(keys.map(({ id, workspaceId }) => [id, { workspaceId }]));
  const changes: KeyChange[] = [];
  for (const keyId of keyIds) {
    const last = lasts.get(keyId);
    const place = places.get(keyId) ?? (last && (await findDeletedKey(ctx, keyId)));
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

async function findLastChanges({ services, organizationId }: Ctx, keyIds: readonly string[]) {
  const { rows } = await services.db.execute<{
    keyId: string;
    changeId: string;
    at: string;
    countedAt: string | null;
  }>(sql`
    select last.*, made.at as "countedAt"
    from (
      select distinct on (${change.subjectId}) ${change.subjectId} as "keyId",
        ${change.id} as "changeId", ${change.at} as at
      from ${change}
      where ${change.organizationId} = ${organizationId} and ${change.kind} = 'key'
        and ${change.subjectId} = any(${sql.param(keyIds)}::text[])
      order by ${change.subjectId}, ${change.id} desc
    ) as last
    left join lateral ${transactionOf(sql`last."changeId"`)} as made on true`);
  return new Map(
    rows.map(({ keyId, changeId, at, countedAt }) => [
      keyId,
      {
        changeId: Number(changeId),
        at: new Date(at),
        countedAt: countedAt === null ? null : new Date(countedAt),
      },
    ]),
  );
}

/** The audit log remembers whose a deleted key was and where: the rule of `visibleKeys` stays. */
async function findDeletedKey(ctx: Ctx, keyId: string) {
  const [event] = await ctx.services.db
    .select({ key: auditEvent.before })
    .from(auditEvent)
    .where(
      and(
        eq(auditEvent.organizationId, ctx.organizationId),
        // Written out: an index holds these events alone.
        sql`${auditEvent.action} = 'api_key.delete'`,
        sql`${auditEvent.target} ->> 'id' = ${keyId}`,
      ),
    )
    .orderBy(desc(auditEvent.sequence))
    .limit(1);
  if (!event?.key) return undefined;
  const { workspaceId, memberId } = event.key;
  const isInReach = ctx.workspaceId === null || workspaceId === ctx.workspaceId;
  const isTheirs = memberId === ctx.actor.memberId || holds(ctx.scopes, 'api_keys.manage_all');
  if (!isInReach || !isTheirs) return undefined;
  return { workspaceId: typeof workspaceId === 'string' ? workspaceId : null };
}
