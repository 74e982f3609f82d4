import { and, desc, eq, sql } from 'drizzle-orm';
import type { Ctx } from '../context.ts';
import type { Database, Transaction } from '../db/connect.ts';
import { auditEvent } from '../db/schema/index.ts';
import type { Facts } from '../write/audit.ts';
import { holds } from './require-scope.ts';

interface DeletedKey {
  readonly name: string;
  /** The workspace that confined it. */
  readonly workspaceId: string | null;
  /** What the audit log recorded of it last. */
  readonly facts: Facts;
}

/**
 * A key that was deleted, if the caller saw it until then. The audit log remembers whose it was and
 * where: the rule of `visibleKeys` stays.
 */
export async function findDeletedKey(
  db: Database | Transaction,
  ctx: Ctx,
  keyId: string,
): Promise<DeletedKey | undefined> {
  const [event] = await db
    .select({ facts: auditEvent.before })
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
  if (!event?.facts) return undefined;
  const { name, workspaceId, memberId } = event.facts;
  const isInReach = ctx.workspaceId === null || workspaceId === ctx.workspaceId;
  const isTheirs = memberId === ctx.actor.memberId || holds(ctx.scopes, 'api_keys.manage_all');
  if (!isInReach || !isTheirs) return undefined;
  return {
    name: String(name),
    workspaceId: typeof workspaceId === 'string' ? workspaceId : null,
    facts: event.facts,
  };
}
