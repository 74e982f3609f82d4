import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import type { Transaction } from '../db/connect.ts';
import { organization, transparencyLog } from '../db/schema/index.ts';
import { commit, type Source } from '../write/write.ts';
import { damageText } from './damage-text.ts';
import type { LogServices } from './log-identity.ts';

/** What is remembered of them. */
const DAMAGED_MAX = 100;

/** What a run found of the events after a sequence. */
export interface ComparedEvents {
  readonly after: number;
  readonly through: number;
  readonly isEnd: boolean;
  /** Sequences of those that are not as the tree has them. */
  readonly damaged: readonly number[];
}

/** Stores how far the log was compared, and with an audit event what was found, or is as it was again. */
export async function recordDamage(
  services: LogServices,
  organizationId: string,
  { after, through, isEnd, damaged }: ComparedEvents,
): Promise<void> {
  const { db, log, clock } = services;
  const isOf = eq(transparencyLog.organizationId, organizationId);
  const [state] = await db.select().from(transparencyLog).where(isOf);
  if (!state) return;
  const others = state.damaged.filter((each) => each <= after || each > through);
  const all = [...others, ...damaged].sort((a, b) => a - b).slice(0, DAMAGED_MAX);
  const store = (tx: Transaction) =>
    tx
      .update(transparencyLog)
      .set({ checkedSequence: isEnd ? 0 : through, checkedAt: clock(), damaged: all })
      .where(isOf);
  const [before, problem] = [damageText(state.damaged), damageText(all)];
  if (problem) log.error({ organizationId, problem }, 'audit log: signed events were changed');
  if (all.join() === state.damaged.join()) {
    await db.transaction(store);
    return;
  }
  const isFound = damaged.some((each) => !state.damaged.includes(each));
  const source: Source = {
    organizationId,
    actor: { type: 'system', job: 'check-audit-logs' },
    action: isFound ? 'audit_log.damage_found' : 'audit_log.damage_repaired',
    origin: { requestId: `req_${randomUUID()}`, ip: null, userAgent: null },
  };
  await commit<void>(services, source, async (tx) => {
    const [owner] = await tx
      .select({ name: organization.name })
      .from(organization)
      .where(eq(organization.id, organizationId));
    await store(tx);
    if (!owner) return { replayed: undefined };
    return {
      result: undefined,
      target: { type: 'organization', id: organizationId, name: owner.name },
      before: { problem: before },
      after: { problem },
      changes: [],
    };
  }).catch(async (error: unknown) => {
    // The end of the chain may be what was changed: then no event continues it.
    log.error({ err: error, organizationId }, 'audit log: its damage could not be recorded in it');
    await db.transaction(store);
  });
}
