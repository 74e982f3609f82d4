import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import type { Transaction } from '../db/connect.ts';
import { organization } from '../db/schema/index.ts';
import { commit, type Source } from '../write/write.ts';
import type { LogServices } from './log-identity.ts';

interface LogChange {
  readonly job: string;
  readonly action: Source['action'];
  /** What was wrong with the log; null where nothing was. */
  readonly before: string | null;
  readonly after: string | null;
}

/**
 * Stores the state of an organization's log and an audit event that says so; without the event where the chain takes
 * none.
 * @param store answers whether it was another state before
 */
export async function storeWithEvent(
  services: LogServices,
  organizationId: string,
  { job, action, before, after }: LogChange,
  store: (tx: Transaction) => Promise<boolean>,
): Promise<void> {
  const { db, log } = services;
  const source: Source = {
    organizationId,
    actor: { type: 'system', job },
    action,
    origin: { requestId: `req_${randomUUID()}`, ip: null, userAgent: null },
  };
  await commit<void>(services, source, async (tx) => {
    const [owner] = await tx
      .select({ name: organization.name })
      .from(organization)
      .where(eq(organization.id, organizationId));
    const isChanged = await store(tx);
    if (!owner || !isChanged) return { replayed: undefined };
    return {
      result: undefined,
      target: { type: 'organization', id: organizationId, name: owner.name },
      before: { problem: before },
      after: { problem: after },
      changes: [],
    };
  }).catch(async (error: unknown) => {
    // The end of the chain may be what was changed: then no event continues it.
    log.error({ err: error, organizationId, action }, 'audit log: not recorded in it');
    await db.transaction(store);
  });
}
