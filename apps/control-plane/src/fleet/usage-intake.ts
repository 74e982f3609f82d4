import { setTimeout as delay } from 'node:timers/promises';
import type { UpwardOf } from '@tollkeeper/protocol';
import type { Logger } from 'pino';
import type { Database } from '../db/connect.ts';
import { isOpen, type Session, send } from './gateway-session.ts';
import type { Seal } from './seal.ts';
import { storeGatewayUsage } from './store-gateway-usage.ts';

/** Stores the counts of gateways, one batch of each after the other. */
interface UsageIntake {
  add(session: Session, usage: UpwardOf<'usage'>): void;
  /** Resolves when nothing is under way. */
  settled(): Promise<void>;
}

interface UsageIntakeOptions {
  readonly db: Database;
  readonly seal: Seal;
  readonly clock: () => Date;
  readonly log: Logger;
  readonly end: (session: Session, detail: string) => void;
  /** Called when uses of canary keys are stored. */
  readonly onCanaryUses: () => void;
}

/** A gateway sends its next batch after the last was stored: one more may be on its way. */
const WAITING_MAX = 2;
const RETRY_MS = 1000;

export function createUsageIntake(options: UsageIntakeOptions): UsageIntake {
  const { db, seal, clock, log, end, onCanaryUses } = options;
  const underWay = new Map<Session, Promise<void>>();
  /** Batches of each session that are not stored yet. */
  const waiting = new Map<Session, Set<string>>();

  /** Without a database it waits; a gateway that goes meanwhile sends the batch again. */
  async function store(session: Session, usage: UpwardOf<'usage'>): Promise<void> {
    const { spoolId, sequence } = usage;
    while (isOpen(session)) {
      try {
        await storeGatewayUsage(db, session.gateway, usage, clock().getTime(), log);
        if (usage.canaries) onCanaryUses();
        send(session, seal({ type: 'usage-stored', spoolId, sequence }));
        return;
      } catch (error) {
        log.warn({ err: error, gatewayId: session.gateway.id }, 'counts could not be stored');
        await delay(RETRY_MS);
      }
    }
  }

  return {
    add(session, usage) {
      const name = `${usage.spoolId} ${usage.sequence}`;
      const names = waiting.get(session) ?? new Set();
      // Sent again because there was no answer yet: there will be one.
      if (names.has(name)) return;
      if (names.size === WAITING_MAX) {
        end(session, 'A usage batch was received before the previous ones were stored');
        return;
      }
      waiting.set(session, names.add(name));
      const work = (underWay.get(session) ?? Promise.resolve())
        .then(() => store(session, usage))
        .finally(() => {
          names.delete(name);
          if (names.size === 0) waiting.delete(session);
          if (underWay.get(session) === work) underWay.delete(session);
        });
      underWay.set(session, work);
    },
    async settled() {
      await Promise.all(underWay.values());
    },
  };
}
