import type { Database } from '../db/connect.ts';
import { buildSnapshot } from './build-snapshot.ts';
import type { Lineages } from './lineages.ts';
import { audienceOf, type Recipient, type Seal } from './seal.ts';

/** A snapshot that is being built or is whole; its parts are there for every reader. */
interface Snapshot {
  readonly version: number;
  /** Waits for the part; undefined after the last. @throws when it could not be built */
  read(part: number): Promise<Uint8Array | undefined>;
}

/** Snapshots of workspaces, each built once for all gateways that want it at about the same time. */
export interface Snapshots {
  /**
   * Gives the reader a snapshot for as long as it reads.
   * @param recipient whose epoch the snapshot must have
   * @param versionMin oldest version of use
   * @returns false when the workspace is gone
   */
  acquire(
    recipient: Recipient,
    versionMin: number,
    reader: (snapshot: Snapshot) => Promise<void>,
  ): Promise<boolean>;
  /** How many were built: what many gateways at once cost. */
  readonly built: () => number;
}

/** How long a snapshot with readers is given to new ones, in milliseconds. */
const SHARED_MS = 300_000;
/** How long a snapshot without readers is kept for the next, in milliseconds. */
const KEPT_MS = 5000;
/** For one version of the protocol. Older ones are dropped, also under slow readers, so that nobody can fill the memory. */
const PER_WORKSPACE_MAX = 2;

interface SharedSnapshot {
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

export function createSnapshots(db: Database, seal: Seal, lineages: Lineages): Snapshots {
  const shared = new Map<string, SharedSnapshot[]>();
  let count = 0;
  /** No two of an epoch have the same moment: their parts must not be taken for each other's. */
  let lastIssuedAtMs = 0;

  function begin(recipient: Recipient): SharedSnapshot {
    const { workspaceId, epoch } = recipient;
    const snapshot = lineages.find(workspaceId).then((current) => {
      if (!current) return undefined;
      count += 1;
      lastIssuedAtMs = Math.max(current.readAtMs, lastIssuedAtMs + 1);
      const header = { ...recipient, version: current.version, issuedAtMs: lastIssuedAtMs };
      return build(current.version, (push) =>
        buildSnapshot(db, seal, header, see(recipient), push),
      );
    });
    const entry = { epoch, snapshot, startedAt: performance.now(), timer: {}, readers: 0 };
    const audience = audienceOf(recipient);
    const list = shared.get(audience) ?? [];
    shared.set(audience, [...list, entry]);
    for (const old of list.slice(0, Math.max(0, list.length + 1 - PER_WORKSPACE_MAX))) {
      forget(recipient, old);
      void old.snapshot.then((each) => each?.drop());
    }
    return entry;
  }

  /** Current position of the workspace, noted as sent. @throws when it is gone */
  function see({ workspaceId, epoch }: Recipient) {
    return async () => {
      const current = await lineages.find(workspaceId);
      if (!current) throw new Error('The workspace is gone, or its lineage is another one');
      lineages.note(workspaceId, epoch, current);
      return current;
    };
  }

  function forget(recipient: Recipient, entry: SharedSnapshot): void {
    const audience = audienceOf(recipient);
    const left = shared.get(audience)?.filter((each) => each !== entry) ?? [];
    if (left.length > 0) shared.set(audience, left);
    else shared.delete(audience);
  }

  async function find(recipient: Recipient, versionMin: number): Promise<SharedSnapshot> {
    const known = shared.get(audienceOf(recipient))?.at(-1);
    const isOld = !known || performance.now() - known.startedAt > SHARED_MS;
    if (isOld || known.epoch !== recipient.epoch) return begin(recipient);
    const snapshot = await known.snapshot.catch(() => undefined);
    const fits = snapshot && !snapshot.failed() && snapshot.version >= versionMin;
    if (fits) return known;
    // Another caller that waited may have begun the next already.
    return shared.get(audienceOf(recipient))?.at(-1) === known
      ? begin(recipient)
      : find(recipient, versionMin);
  }

  return {
    built: () => count,
    async acquire(recipient, versionMin, reader) {
      const entry = await find(recipient, versionMin);
      entry.readers += 1;
      clearTimeout(entry.timer.keep);
      try {
        const snapshot = await entry.snapshot;
        if (!snapshot) return false;
        await reader(snapshot);
        return true;
      } finally {
        entry.readers -= 1;
        if (entry.readers === 0) {
          entry.timer.keep = setTimeout(() => forget(recipient, entry), KEPT_MS).unref();
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
