import { countCall, createNetworkNotes, noCalls } from '@tollkeeper/gateway-core';
import { type KeyNetwork, UNKNOWN_NEEDS } from '@tollkeeper/protocol';
import type { Logger } from 'pino';
import type { Database } from '../db/connect.ts';
import type { Prepared } from '../db/statement.ts';
import { addKeyNetworks } from './add-key-networks.ts';
import type { ScopeUseRow } from './scope-uses.ts';
import { storeUsage } from './store-usage.ts';
import {
  type LastUse,
  type LastUses,
  noteLastUses,
  takeLastUses,
  type UsageRow,
  type UsageSubject,
} from './usage-row.ts';

/** Counts calls in memory, without a query, and stores them each second. */
export interface UsageCounter {
  /**
   * @param atMs when the call was decided, in milliseconds since the epoch
   * @param needs what the call needed of the scopes of the key, if it was accepted
   * @param ip where it came from, if that is known
   */
  count(subject: UsageSubject, accepted: boolean, atMs: number, needs?: string, ip?: string): void;
  /** Counts a call with other needs than it was counted with before. */
  recount(subject: UsageSubject, atMs: number, before: string, needs: string): void;
  /** Stores all that was counted until now; resolves when it is stored. */
  flush(): Promise<void>;
  /** Flushes a last time. */
  stop(): Promise<void>;
}

const FLUSH_MS = 1000;
/**
 * Last uses stored after one batch: more than one process can decide in a second, so that all are
 * stored within two. Where more keys than these are in use each second, a last use
 * waits its turn, the oldest first, so that the database keeps up; counts never wait.
 */
const LAST_USES_MAX = 50_000;
const MINUTE_MS = 60_000;
const RETRY_MS = 200;
/** How long the last flush is tried, in milliseconds: less than orchestrators wait after SIGTERM. */
const LAST_FLUSH_MS = 8000;

/** By minute, then by key: to look one up makes no text, in a place that every call passes. */
type Counts = Minute[];

interface Minute {
  readonly minuteMs: number;
  readonly rows: Map<string, CountedRow>;
}

interface CountedRow extends UsageRow {
  /** Mostly one or two, in a list that is made without a map for each key. */
  uses: Use | undefined;
}

/** Calls with the same needs. */
interface Use {
  readonly needs: string;
  calls: number;
  readonly next: Use | undefined;
}

interface Batch {
  readonly sequence: number;
  readonly rows: readonly UsageRow[];
  readonly lastUses: readonly LastUse[];
  readonly scopeUses: readonly ScopeUseRow[];
  readonly keyNetworks: readonly Prepared[];
}

/** @param sourceId names this process; a batch is stored once for (source, sequence) */
export function startUsageCounter(
  db: Database,
  sourceId: string,
  log: Logger,
  lastUsesMax = LAST_USES_MAX,
): UsageCounter {
  let counts: Counts = [];
  let networks: KeyNetwork[] = [];
  const newNetwork = createNetworkNotes();
  const lastUses: LastUses = new Map();
  let pending: Batch | undefined;
  let sequence = 0;
  let flushing: Promise<void> = Promise.resolve();

  function nextBatch(): Batch | undefined {
    const rows = counts.flatMap((minute) => [...minute.rows.values()]);
    counts = [];
    noteLastUses(lastUses, rows);
    if (lastUses.size + rows.length === 0) return undefined;
    sequence += 1;
    const scopeUses = rows.flatMap(scopeUsesOf);
    const keyNetworks = addKeyNetworks(null, networks, Date.now());
    networks = [];
    return {
      ...{ sequence, rows, scopeUses, keyNetworks },
      lastUses: takeLastUses(lastUses, lastUsesMax),
    };
  }

  async function store(): Promise<void> {
    // A batch that failed goes again as it was: had it been stored before the connection broke,
    // the same sequence number keeps it from counting twice.
    pending ??= nextBatch();
    if (!pending) return;
    await storeUsage(db, sourceId, pending.sequence, pending.rows, pending);
    pending = undefined;
  }

  function flush(): Promise<void> {
    const run = async () => {
      if (pending) await store();
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
    count(subject, accepted, atMs, needs = UNKNOWN_NEEDS, ip = undefined) {
      const row = rowOf(minuteOf(counts, atMs), subject);
      countCall(row, accepted, atMs);
      if (!accepted) return;
      addUse(row, needs, 1);
      const network = ip === undefined ? undefined : newNetwork(subject.keyId, ip, atMs);
      if (network !== undefined) networks.push({ keyId: subject.keyId, network });
    },
    recount(subject, atMs, before, needs) {
      const row = rowOf(minuteOf(counts, atMs), subject);
      addUse(row, before, -1);
      addUse(row, needs, 1);
    },
    flush,
    async stop() {
      clearInterval(timer);
      const deadline = performance.now() + LAST_FLUSH_MS;
      for (;;) {
        try {
          do await flush();
          while (lastUses.size > 0);
          return;
        } catch (error) {
          if (performance.now() > deadline) throw error;
          await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
        }
      }
    },
  };
}

/** Seldom more than one in a flush. */
function minuteOf(counts: Counts, atMs: number): Minute {
  for (const minute of counts) {
    if (atMs >= minute.minuteMs && atMs < minute.minuteMs + MINUTE_MS) return minute;
  }
  const minute = { minuteMs: atMs - (atMs % MINUTE_MS), rows: new Map() };
  counts.push(minute);
  return minute;
}

function rowOf({ minuteMs, rows }: Minute, subject: UsageSubject): CountedRow {
  const known = rows.get(subject.keyId);
  if (known) return known;
  // By name: callers hand over all the facts of a key, which have no business in a count.
  const { organizationId, keyId, ownerId, workspaceId } = subject;
  const row: CountedRow = {
    organizationId,
    keyId,
    ownerId,
    workspaceId,
    minuteMs,
    ...noCalls(),
    uses: undefined,
  };
  rows.set(keyId, row);
  return row;
}

/** A key whose calls need more sets of scopes than these in a second: what the others need is unknown. */
const USES_MAX = 64;

function addUse(row: CountedRow, needs: string, calls: number): void {
  let length = 0;
  for (let use = row.uses; use; use = use.next) {
    if (use.needs === needs) {
      use.calls += calls;
      return;
    }
    length += 1;
  }
  const isUnknown = calls > 0 && length >= USES_MAX && needs !== UNKNOWN_NEEDS;
  if (isUnknown) addUse(row, UNKNOWN_NEEDS, calls);
  else row.uses = { needs, calls, next: row.uses };
}

function scopeUsesOf({ organizationId, keyId, minuteMs, uses }: CountedRow): ScopeUseRow[] {
  const rows: ScopeUseRow[] = [];
  for (let use = uses; use; use = use.next) {
    const { needs, calls } = use;
    if (calls !== 0) rows.push({ organizationId, keyId, minuteMs, needs, calls });
  }
  return rows;
}
