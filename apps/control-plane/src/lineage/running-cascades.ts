import { isScope } from '@tollkeeper/contract';
import { scopeSet } from '@tollkeeper/verify';
import { eq, type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import type { Authority } from '../context.ts';
import type { Transaction } from '../db/connect.ts';
import { runningCascade } from '../db/schema/index.ts';
import { createLockedTracer } from './trace-ancestors.ts';

export type RunningCascade = typeof runningCascade.$inferSelect;

/** What the caller of a cascade might do when it began. */
export function authorityOf(row: RunningCascade): Authority {
  const { organizationId, memberId, workspaceId } = row;
  const scopes = scopeSet(row.scopes.filter(isScope));
  return { organizationId, actor: { memberId }, scopes, workspaceId };
}

/** Whether the organization has a cascade that is not finished. */
export function isCascading(organizationId: SQLWrapper): SQL<boolean> {
  return sql<boolean>`exists (select from ${runningCascade}
    where ${runningCascade.organizationId} = ${organizationId})`;
}

const ADVICE = 'Try again in a moment, or when the revocation is over.';

/**
 * Whether a cascade is about to end what one of the creators, keys and members, did at that time. The
 * transaction holds the lock of the chain's end, under which a cascade begins: what it asks for here can
 * only become less after that. However many cascades there are, they share one time.
 * @throws DomainError cascade_undetermined
 */
export async function wasBeingEnded(
  tx: Transaction,
  organizationId: string,
  creators: readonly string[],
  at: Date,
): Promise<boolean> {
  const running = await tx
    .select()
    .from(runningCascade)
    .where(eq(runningCascade.organizationId, organizationId));
  const trace = createLockedTracer(tx, creators, ADVICE);
  for (const row of running) {
    const rootIds = row.roots.map(({ id }) => id);
    const cascade = { rootIds, keepMembers: row.keepMembers ?? undefined };
    const found = await trace(authorityOf(row), cascade);
    if (found?.rootOf(creators, at.getTime()) !== undefined) return true;
  }
  return false;
}
