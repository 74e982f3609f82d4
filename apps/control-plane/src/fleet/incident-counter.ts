/** Something about a gateway, a join key or a workspace that its organization should know. */
export interface Incident {
  readonly organizationId: string;
  readonly action:
    | 'gateway.join_refused'
    | 'gateway.connection_refused'
    | 'gateway.identity_conflict'
    | 'workspace.database_restored';
  readonly target: { readonly type: 'gateway' | 'join_key' | 'workspace'; readonly id: string };
  /** One of few words. */
  readonly why: string;
  readonly facts?: Readonly<Record<string, unknown>>;
  readonly address: string | null;
}

/** The newest of several, and how many there were since the last one was recorded. */
export interface IncidentSum extends Incident {
  readonly count: number;
}

/** Counts incidents in memory; some of them become audit events. */
export interface IncidentCounter {
  count(incident: Incident): void;
  /** Records those that are due. */
  flush(): Promise<void>;
  /** Flushes a last time. */
  stop(): Promise<void>;
}

interface IncidentCounterOptions {
  readonly record: (sum: IncidentSum) => Promise<void>;
  readonly onNotRecorded: (incident: Incident, error?: unknown) => void;
  /** Milliseconds of a clock that only moves on. */
  readonly now: () => number;
  readonly everyMs: number;
}

interface Entry {
  incident: Incident;
  count: number;
  recordedMs: number | undefined;
}

const HOUR_MS = 3_600_000;
/** Kinds of incidents of one organization that are kept apart at a time; further ones are only logged. */
const PER_ORGANIZATION_MAX = 100;
const ORGANIZATIONS_MAX = 1000;

/**
 * Sums incidents by what they concern and why, and records a sum at once, then at most once an hour: strangers
 * cause them, and must not be able to fill the log.
 */
export function startIncidentCounter(options: IncidentCounterOptions): IncidentCounter {
  const { record, onNotRecorded, now, everyMs } = options;
  const organizations = new Map<string, Map<string, Entry>>();
  let flushing = Promise.resolve();

  async function recordDue(entries: Map<string, Entry>): Promise<void> {
    for (const [key, entry] of entries) {
      const { incident, count, recordedMs } = entry;
      if (recordedMs !== undefined && now() - recordedMs < HOUR_MS) continue;
      if (count === 0) {
        entries.delete(key);
        continue;
      }
      entry.count = 0;
      entry.recordedMs = now();
      await record({ ...incident, count }).catch((error: unknown) => {
        entry.count += count;
        entry.recordedMs = recordedMs;
        onNotRecorded(incident, error);
      });
    }
  }

  const flush = () => {
    flushing = flushing.then(async () => {
      for (const [organizationId, entries] of organizations) {
        await recordDue(entries);
        if (entries.size === 0) organizations.delete(organizationId);
      }
    });
    return flushing;
  };
  const timer = setInterval(flush, everyMs).unref();
  return {
    count(incident) {
      const { organizationId, action, target, why } = incident;
      const entries = organizations.get(organizationId) ?? new Map<string, Entry>();
      const key = `${action} ${target.id} ${why}`;
      const known = entries.get(key);
      if (known) {
        known.incident = incident;
        known.count += 1;
        return;
      }
      const isNew = entries.size === 0;
      if (
        entries.size >= PER_ORGANIZATION_MAX ||
        (isNew && organizations.size >= ORGANIZATIONS_MAX)
      ) {
        onNotRecorded(incident);
        return;
      }
      entries.set(key, { incident, count: 1, recordedMs: undefined });
      organizations.set(organizationId, entries);
    },
    flush,
    async stop() {
      clearInterval(timer);
      await flush();
    },
  };
}
