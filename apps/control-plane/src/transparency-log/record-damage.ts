import { eq } from 'drizzle-orm';
import type { Transaction } from '../db/connect.ts';
import { transparencyLog } from '../db/schema/index.ts';
import { damageText } from './damage-text.ts';
import type { LogServices } from './log-identity.ts';
import { storeWithEvent } from './store-with-event.ts';

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
  const store = async (tx: Transaction) => {
    await tx
      .update(transparencyLog)
      .set({ checkedSequence: isEnd ? 0 : through, checkedAt: clock(), damaged: all })
      .where(isOf);
    return true;
  };
  const [before, problem] = [damageText(state.damaged), damageText(all)];
  if (problem) log.error({ organizationId, problem }, 'audit log: signed events were changed');
  if (all.join() === state.damaged.join()) {
    await db.transaction(store);
    return;
  }
  const isFound = damaged.some((each) => !state.damaged.includes(each));
  const change = {
    job: 'check-audit-logs',
    action: isFound ? 'audit_log.damage_found' : 'audit_log.damage_repaired',
    before,
    after: problem,
  } as const;
  await storeWithEvent(services, organizationId, change, store);
}
