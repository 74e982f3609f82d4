import { and, asc, desc, eq, sql } from 'drizzle-orm';
import { apiKey, auditEvent, change, workspaceChange } from '../../db/schema/index.ts';
import type { Ctx } from '../../kernel/context.ts';
import { notFound } from '../../kernel/domain-error.ts';
import { holds } from '../../kernel/require-scope.ts';
import { visibleKeys } from '../../kernel/visible-keys.ts';

export interface KeyChange {
  /** The workspace that confines the key. */
  readonly workspaceId: string | null;
  /** Null when the last change is remembered no more. */
  readonly changeId: number | null;
  /** When it became a version of a workspace, which is what propagation is measured from. */
  readonly at: Date | null;
}

/**
 * The last change of a key that the caller sees, or saw before it was deleted.
 * @throws DomainError not_found
 */
export async function findKeyChange(ctx: Ctx, keyId: string): Promise<KeyChange> {
  const { db } = ctx.services;
  const [last] = await db
    .select({ changeId: change.id, at: change.at, countedAt: workspaceChange.at })
    .from(change)
    .leftJoin(workspaceChange, eq(workspaceChange.changeId, change.id))
    .where(
      and(
        eq(change.organizationId, ctx.organizationId),
        eq(change.subjectId, keyId),
        eq(change.kind, 'key'),
      ),
    )
    .orderBy(desc(change.id), asc(workspaceChange.at))
    .limit(1);
  const [key] = await db
    .select({ workspaceId: apiKey.workspaceId })
    .from(apiKey)
    .where(and(visibleKeys(ctx), eq(apiKey.id, keyId)));
  const place = key ?? (last && (await findDeletedKey(ctx, keyId)));
  if (!place) throw notFound('API key', keyId);
  return {
    ...place,
    changeId: last?.changeId ?? null,
    at: last?.countedAt ?? last?.at ?? null,
  };
}

/** The audit log remembers whose a deleted key was and where: the rule of `visibleKeys` stays. */
async function findDeletedKey(ctx: Ctx, keyId: string) {
  const [event] = await ctx.services.db
    .select({ key: auditEvent.before })
    .from(auditEvent)
    .where(
      and(
        eq(auditEvent.organizationId, ctx.organizationId),
        eq(auditEvent.action, 'api_key.delete'),
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
