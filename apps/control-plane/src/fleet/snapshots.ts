import type { Database } from '../db/connect.ts';
import { buildSnapshot } from './build-snapshot.ts';
import type { Histories } from './histories.ts';
import type { Place } from './read-entries.ts';
import type { Seal } from './seal.ts';
import type { Told } from './seal-changes.ts';

/** A snapshot that is being built or is whole; its parts are there for every reader. */
export interface Snapshot {
  readonly version: number;
  /** Waits for the part; undefined after the last. @throws when it could not be built */
  read(part: number): Promise<Uint8Array | undefined>;
}

/** Snapshots of workspaces, each built once for all gateways that want it at about the same time. */
export interface Snapshots {
  /**
   * Lets the reader have a snapshot for as long as it reads.
   * @param told one of another epoch is of no use
   * @param versionMin nor is an older one
   * @returns false when the workspace is gone
   */
  lend(
    told: Told,
    versionMin: number,
    reader: (snapshot: Snapshot) => Promise<void>,
  ): Promise<boolean>;
  /** How many were built: what many gateways at once cost. */
  readonly built: () => number;
}

/** How long one that somebody reads is handed to newcomers, in milliseconds. */
const SHARED_MS = 300_000;
/** How long one that nobody reads is kept for the next, in milliseconds. */
const KEPT_MS = 5000;
/** Older ones are taken from their readers, who are too slow: nobody may fill the memory. */
const PER_WORKSPACE_MAX = 2;

interface Loan {
  readonly epoch: string;
  readonly snapshot: Promise<Building | undefined>;
  readonly startedAt: number;
  readonly timer: { keep?: NodeJS.Timeout };
  readers: number;
}

interface Building extends Snapshot {
  failed(): boolean;
  /** Takes it from its readers. */
  drop(): void;
}

export function createSnapshots(db: Database, seal: Seal, histories: Histories): Snapshots {
  const loans = new Map<string, Loan[]>();
  let count = 0;
  /** No two of an epoch have the same moment: their parts must not be taken for each other's. */
  let lastIssuedAtMs = 0;

  function begin(told: Told): Loan {
    const { workspaceId, epoch } = told;
    const snapshot = histories.find(workspaceId).then((standing) => {
      if (!standing) return undefined;
      count += 1;
      lastIssuedAtMs = Math.max(standing.readAtMs, lastIssuedAtMs + 1);
      const header = { ...told, version: standing.version, issuedAtMs: lastIssuedAtMs };
      return build(standing.version, (push) => buildSnapshot(db, seal, header, see(told), push));
    });
    const loan = { epoch, snapshot, startedAt: performance.now(), timer: {}, readers: 0 };
    const list = loans.get(workspaceId) ?? [];
    loans.set(workspaceId, [...list, loan]);
    for (const old of list.slice(0, Math.max(0, list.length + 1 - PER_WORKSPACE_MAX))) {
      forget(told, old);
      void old.snapshot.then((each) => each?.drop());
    }
    return loan;
  }

  /** Where the workspace stands, which is to be told. @throws when there is nothing to tell */
  function see({ workspaceId, epoch }: Told) {
    return async () => {
      const standing = await histories.find(workspaceId);
      if (!standing) throw new Error('The workspace is gone, or its history is another one');
      histories.note(workspaceId, epoch, standing);
      return standing;
    };
  }

  function forget({ workspaceId }: Place, loan: Loan): void {
    const left = loans.get(workspaceId)?.filter((each) => each !== loan) ?? [];
    if (left.length > 0) loans.set(workspaceId, left);
    else loans.delete(workspaceId);
  }

  async function find(told: Told, versionMin: number): Promise<Loan> {
    const known = loans.get(told.workspaceId)?.at(-1);
    const isOld = !known || performance.now() - known.startedAt > SHARED_MS;
    if (isOld || known.epoch !== told.epoch) return begin(told);
    const snapshot = await known.snapshot.catch(() => undefined);
    const fits = snapshot && !snapshot.failed() && snapshot.version >= versionMin;
    if (fits) return known;
    // Whoever waited as well may have begun the next already.
    return loans.get(told.workspaceId)?.at(-1) === known ? begin(told) : find(told, versionMin);
  }

  return {
    built: () => count,
    async lend(told, versionMin, reader) {
      const loan = await find(told, versionMin);
      loan.readers += 1;
      clearTimeout(loan.timer.keep);
      try {
        const snapshot = await loan.snapshot;
        if (!snapshot) return false;
        await reader(snapshot);
        return true;
      } finally {
        loan.readers -= 1;
        if (loan.readers === 0) {
          loan.timer.keep = setTimeout(() => forget(told, loan), KEPT_MS).unref();
        }
      }
    },
  };
}

/** Builds ahead of its readers, at its own pace. */
function build(
  version: number,
  make: (push: (part: Uint8Array) => void) => Promise<void>,
): Building {
  let parts: Uint8Array[] = [];
  let error: unknown;
  let done = false;
  let dropped = false;
  let progress = Promise.withResolvers<void>();
  const tell = () => {
    progress.resolve();
    progress = Promise.withResolvers<void>();
  };
  make((part) => {
    if (dropped) throw new Error('Nobody wants the snapshot any more');
    parts.push(part);
    tell();
  })
    .catch((cause: unknown) => {
      error = cause;
    })
    .finally(() => {
      done = true;
      tell();
    });
  return {
    version,
    failed: () => error !== undefined || dropped,
    drop() {
      dropped = true;
      parts = [];
      tell();
    },
    async read(part) {
      for (;;) {
        if (dropped) throw new Error('The snapshot was read too slowly');
        const bytes = parts[part];
        if (bytes) return bytes;
        if (error !== undefined) throw error;
        if (done) return undefined;
        await progress.promise;
      }
    },
  };
}
