import type { Logger } from 'pino';
import type { Database } from '../db/connect.ts';
import { storeUsage, type UsageRow } from './store-usage.ts';

/** Counts calls in memory, without a query, and stores them each second. */
export interface UsageCounter {
  /** @param atMs when the call was decided, in milliseconds since the epoch */
  count(subject: UsageSubject, accepted: boolean, atMs: number): void;
  /** Stores all that was counted until now; resolves when it is stored. */
  flush(): Promise<void>;
  /** Flushes a last time. */
  stop(): Promise<void>;
}

export interface UsageSubject {
  readonly organizationId: string;
  readonly keyId: string;
  readonly ownerId: string;
  readonly workspaceId: string | null;
}

const FLUSH_MS = 1000;
const MINUTE_MS = 60_000;
const RETRY_MS = 200;
const LAST_TRIES = 25;

interface Batch {
  readonly sequence: number;
  readonly rows: readonly UsageRow[];
}

/** @param sourceId names this process; a batch is stored once for (source, sequence) */
export function startUsageCounter(db: Database, sourceId: string, log: Logger): UsageCounter {
  let counts = new Map<string, UsageRow>();
  let pending: Batch | undefined;
  let sequence = 0;
  let flushing: Promise<void> = Promise.resolve();

  async function store(): Promise<void> {
    // A batch that failed goes again as it was: had it been stored before the connection broke,
    // the same sequence number keeps it from counting twice.
    if (!pending && counts.size > 0) {
      sequence += 1;
      pending = { sequence, rows: [...counts.values()] };
      counts = new Map();
    }
    if (!pending) return;
    await storeUsage(db, sourceId, pending.sequence, pending.rows);
    pending = undefined;
  }

  function flush(): Promise<void> {
    const run = async () => {
      await store();
      await store();
    };
    flushing = flushing.then(run, run);
    return flushing;
  }

  const timer = setInterval(() => {
    flush().catch((error) =>
      log.error({ err: error }, 'counts could not be stored; kept for the next try'),
    );
  }, FLUSH_MS);

  return {
    count(subject, accepted, atMs) {
      const minuteMs = atMs - (atMs % MINUTE_MS);
      const name = `${subject.keyId}${minuteMs}`;
      let row = counts.get(name);
      if (!row) {
        row = { ...subject, minuteMs, accepted: 0, denied: 0, lastAcceptedMs: 0 };
        counts.set(name, row);
      }
      if (accepted) {
        row.accepted += 1;
        row.lastAcceptedMs = Math.max(row.lastAcceptedMs, atMs);
      } else {
        row.denied += 1;
      }
    },
    flush,
    async stop() {
      clearInterval(timer);
      for (let tries = 1; ; tries += 1) {
        try {
          return await flush();
        } catch (error) {
          if (tries >= LAST_TRIES) throw error;
          await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
        }
      }
    },
  };
}
