import { type DownwardOf, formatOf, type Hello, type Upward } from '@tollkeeper/protocol';
import { toLine } from '../faults.ts';
import { askCheck, beginCheck, receiveConfirmed } from './check.ts';
import { loadSnapshot } from './load-snapshot.ts';
import { receiveChanges } from './receive-changes.ts';
import { receiveLineage } from './receive-lineage.ts';
import { dropArriving, receiveSnapshot } from './receive-snapshot.ts';
import { type Rejection, toRejection } from './rejection.ts';
import { askForSnapshot, isAwaited } from './resync.ts';
import { emptySyncState, type SyncContext } from './sync-state.ts';

/** Keeps the keys of a workspace up to date. Await each of its promises before the next call. */
export interface SnapshotSync {
  /** Version that the key store decides with; null without a snapshot. */
  version(): number | null;
  /** Whether the control plane has said, on the current connection, that nothing is newer. */
  isCurrent(): boolean;
  /** Starts from the disk, as far as that can be trusted. */
  load(): Promise<void>;
  /**
   * The part of the hello that asks for changes, or without a version for a whole snapshot, as where
   * what is stored came by another version of the protocol: its format has policies, or has none.
   */
  hello(protocol: number): Pick<Hello, 'nonce' | 'version' | 'latest'>;
  /** Called when the control plane has admitted this gateway. @returns messages to send */
  welcomed(): Upward[];
  /** Never throws: reports what is wrong. @returns the answers, in order */
  receive(
    header: DownwardOf<'lineage' | 'snapshot' | 'changes' | 'confirmed'>,
    body: Uint8Array,
    frame: Uint8Array,
  ): Promise<Upward[]>;
  /** To be called every CONFIRM_MS. @returns messages to send */
  check(): Upward[];
  /** Reports an error that arose before `receive`. */
  reject(error: unknown): Upward[];
  disconnected(): Promise<void>;
  /** The file does not hold what this gateway decides with: a whole snapshot is to come again. */
  distrustDisk(): void;
  /** Denies every request from now on, and deletes what is on the disk. */
  forget(): Promise<void>;
  close(): Promise<void>;
}

const DETAIL_MAX = 200;

export function createSnapshotSync(parts: Omit<SyncContext, 'state'>): SnapshotSync {
  const ctx: SyncContext = { ...parts, state: emptySyncState() };
  const { state, keyStore, snapshotFile, confirmedFile, freshness } = ctx;
  /** Why the file on the disk was rejected, until a connection can report it. */
  let unreported: Rejection | undefined;
  return {
    version: () => state.version,
    isCurrent: () => state.isCurrent,
    async load() {
      unreported = await loadSnapshot(ctx);
    },
    hello(protocol) {
      const nonce = beginCheck(ctx);
      state.nonce = nonce;
      state.protocol = protocol;
      const isSame = state.format === null || state.format === formatOf(protocol);
      if (state.isStored && isSame) return { nonce, version: state.version, latest: state.latest };
      state.awaitedAtMs = ctx.clock.monotonicMs();
      return { nonce, version: null, latest: null };
    },
    welcomed() {
      const messages = unreported ? [report(unreported)] : [];
      unreported = undefined;
      return messages;
    },
    async receive(header, body, frame) {
      try {
        return await dispatch(ctx, header, body, frame);
      } catch (error) {
        return reject(ctx, error);
      }
    },
    check: () => askCheck(ctx),
    reject: (error) => reject(ctx, error),
    async disconnected() {
      state.isCurrent = false;
      state.nonce = undefined;
      state.lineage = undefined;
      state.check = undefined;
      await dropArriving(ctx);
      state.spoilt = undefined;
      state.awaitedAtMs = null;
    },
    distrustDisk() {
      state.isStored = false;
    },
    async forget() {
      state.version = null;
      state.latest = null;
      state.format = null;
      state.versionMin = 0;
      state.isStored = false;
      await keyStore.remove();
      freshness.clear();
      await dropArriving(ctx);
      confirmedFile.remove();
      await snapshotFile.remove();
    },
    async close() {
      await dropArriving(ctx);
      await snapshotFile.close();
      confirmedFile.close();
    },
  };
}

function dispatch(
  ctx: SyncContext,
  header: Parameters<SnapshotSync['receive']>[0],
  body: Uint8Array,
  frame: Uint8Array,
): Upward[] | Promise<Upward[]> {
  switch (header.type) {
    case 'lineage':
      return receiveLineage(ctx, header);
    case 'snapshot':
      return receiveSnapshot(ctx, header, body, frame);
    case 'changes':
      return receiveChanges(ctx, header, body, frame);
    case 'confirmed':
      return receiveConfirmed(ctx, header);
  }
}

function reject(ctx: SyncContext, error: unknown): Upward[] {
  const rejection = toRejection(error);
  const isGap = rejection.reason === 'gap';
  // Changes that come before the snapshot that was asked for say nothing new.
  if (isGap && isAwaited(ctx)) return [];
  ctx.log.warn({ err: error, reason: rejection.reason }, 'message not applied');
  ctx.faults.set(
    'rejected',
    `What the control plane sent was not applied (${rejection.reason}): ${rejection.message.replace(/\.?$/, '.')}`,
  );
  return [report(rejection), ...(isGap ? askForSnapshot(ctx) : [])];
}

function report({ reason, message }: Rejection): Upward {
  return { type: 'reject', reason, detail: toLine(message, DETAIL_MAX) };
}
