import type { DownwardOf, Hello, Upward } from '@tollkeeper/contract';
import { toLine } from '../line.ts';
import { askCheck, beginCheck, takeCurrent } from './check.ts';
import { type Following, nothingFollowed } from './following.ts';
import { takeHistory } from './history.ts';
import { loadSnapshot } from './load-snapshot.ts';
import { type Rejection, toRejection } from './rejection.ts';
import { askForSnapshot, isAwaited } from './resync.ts';
import { takeChanges } from './take-changes.ts';
import { dropArriving, takeSnapshot } from './take-snapshot.ts';

/** Follows the keys of a workspace. Its promises are to be awaited one after another. */
export interface Follow {
  /** What the follower decides with; null without a snapshot. */
  version(): number | null;
  /** Whether the control plane has said, on the connection that stands, that nothing is newer. */
  isCurrent(): boolean;
  /** Starts from the disk, as far as that can be trusted. */
  load(): Promise<void>;
  /** What to say hello with on a new connection: no version asks for a whole snapshot. */
  hello(): Pick<Hello, 'nonce' | 'version' | 'seen'>;
  /** The control plane has let this gateway in. @returns what it should know */
  welcomed(): Upward[];
  /** Never throws: what is wrong is reported. @returns what to answer, in this order */
  take(
    header: DownwardOf<'history' | 'snapshot' | 'changes' | 'current'>,
    body: Uint8Array,
    frame: Uint8Array,
  ): Promise<Upward[]>;
  /** To be called every CONFIRM_MS. @returns what to ask */
  check(): Upward[];
  /** For what was wrong before it came here. */
  reject(error: unknown): Upward[];
  disconnected(): Promise<void>;
  /** The file does not hold what this gateway decides with: a whole snapshot is to come again. */
  distrustDisk(): void;
  /** Lets nothing through any more, and leaves nothing on the disk. */
  forget(): Promise<void>;
  close(): Promise<void>;
}

const DETAIL_MAX = 200;

export function createFollow(parts: Omit<Following, 'state'>): Follow {
  const following: Following = { ...parts, state: nothingFollowed() };
  const { state, follower, snapshotFile, confirmedFile, freshness } = following;
  /** Of what was on the disk: nobody was there to hear of it. */
  let unreported: Rejection | undefined;
  return {
    version: () => state.version,
    isCurrent: () => state.isCurrent,
    async load() {
      unreported = await loadSnapshot(following);
    },
    hello() {
      const nonce = beginCheck(following);
      state.nonce = nonce;
      if (state.isStored) return { nonce, version: state.version, seen: state.seen };
      state.awaitedAtMs = following.clock.monotonicMs();
      return { nonce, version: null, seen: null };
    },
    welcomed() {
      const messages = unreported ? [report(unreported)] : [];
      unreported = undefined;
      return messages;
    },
    async take(header, body, frame) {
      try {
        return await take(following, header, body, frame);
      } catch (error) {
        return reject(following, error);
      }
    },
    check: () => askCheck(following),
    reject: (error) => reject(following, error),
    async disconnected() {
      state.isCurrent = false;
      state.nonce = undefined;
      state.history = undefined;
      state.check = undefined;
      await dropArriving(following);
      state.spoilt = undefined;
      state.awaitedAtMs = null;
    },
    distrustDisk() {
      state.isStored = false;
    },
    async forget() {
      state.version = null;
      state.seen = null;
      state.versionMin = 0;
      state.isStored = false;
      await follower.remove();
      freshness.clear();
      await dropArriving(following);
      confirmedFile.remove();
      await snapshotFile.remove();
    },
    async close() {
      await dropArriving(following);
      await snapshotFile.close();
      confirmedFile.close();
    },
  };
}

function take(
  following: Following,
  header: Parameters<Follow['take']>[0],
  body: Uint8Array,
  frame: Uint8Array,
): Upward[] | Promise<Upward[]> {
  switch (header.type) {
    case 'history':
      return takeHistory(following, header);
    case 'snapshot':
      return takeSnapshot(following, header, body, frame);
    case 'changes':
      return takeChanges(following, header, body, frame);
    case 'current':
      return takeCurrent(following, header);
  }
}

function reject(following: Following, error: unknown): Upward[] {
  const rejection = toRejection(error);
  const isGap = rejection.reason === 'gap';
  // Changes that come before the snapshot that was asked for say nothing new.
  if (isGap && isAwaited(following)) return [];
  following.log.warn({ err: error, reason: rejection.reason }, 'a message is not applied');
  following.faults.set(
    'rejected',
    `What the control plane sent was not applied (${rejection.reason}): ${rejection.message}.`,
  );
  return [report(rejection), ...(isGap ? askForSnapshot(following) : [])];
}

function report({ reason, message }: Rejection): Upward {
  return { type: 'reject', reason, detail: toLine(message, DETAIL_MAX) };
}
