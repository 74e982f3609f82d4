import type { DownwardOf, Position, Upward } from '@tollkeeper/protocol';
import type { SnapshotDraft } from '../snapshot/snapshot-file.ts';
import { acknowledge, lowerVersionMin } from './acknowledge.ts';
import { followPart, requirePlace } from './order.ts';
import { requireEpoch } from './receive-lineage.ts';
import { Rejection } from './rejection.ts';
import { requireSameFormat } from './require-part.ts';
import { noteBadSnapshot, noteGoodSnapshot } from './resync.ts';
import { type Arriving, noteDiskFault, type SyncContext } from './sync-state.ts';

type Snapshot = DownwardOf<'snapshot'>;

/**
 * Takes a part of a whole snapshot, to a file and to keys of their own. What is in use stays until
 * the last part is there. A snapshot confirms nothing: it may have been made a while ago, for another
 * gateway; the changes that follow it say how things stand.
 * @param frame that the part came in
 * @throws Rejection, and what the key store throws
 */
export async function receiveSnapshot(
  ctx: SyncContext,
  header: Snapshot,
  body: Uint8Array,
  frame: Uint8Array,
): Promise<Upward[]> {
  const { state } = ctx;
  requirePlace(ctx.place, header);
  requireEpoch(ctx, header.epoch);
  if (header.part > 0 && isSpoilt(ctx, header)) return [];
  try {
    if (header.part === 0) await begin(ctx);
    requireNotOlder(ctx, header);
    state.awaitedAtMs = ctx.clock.monotonicMs();
    await addPart(ctx, header, body, frame);
    return header.latest ? await finish(ctx, header, header.latest) : [];
  } catch (error) {
    state.spoilt = { version: header.version, issuedAtMs: header.issuedAtMs };
    await dropArriving(ctx);
    noteBadSnapshot(ctx);
    throw error;
  }
}

/** Drops the parts that have arrived: they are useless without the rest. */
export async function dropArriving({ state }: SyncContext): Promise<void> {
  const { arriving } = state;
  state.arriving = undefined;
  if (arriving?.file) await discard(arriving.file);
}

/** A handle that nobody closes ends the process, once its memory is collected. */
async function discard(file: SnapshotDraft): Promise<void> {
  await file.discard().catch(() => undefined);
}

function isSpoilt({ state: { spoilt } }: SyncContext, header: Snapshot): boolean {
  return spoilt?.version === header.version && spoilt.issuedAtMs === header.issuedAtMs;
}

/** A replayed snapshot of this lineage must not undo what this gateway has received since. */
function requireNotOlder({ state }: SyncContext, { version }: Snapshot): void {
  const { lineage } = state;
  const own = lineage?.isOwn ? state.version : null;
  const versionMin = Math.max(own ?? 0, lineage?.version ?? 0);
  if (version >= versionMin) return;
  throw new Rejection(
    'older',
    `A snapshot of version ${version} came, not of ${versionMin} or later`,
  );
}

async function begin(ctx: SyncContext): Promise<void> {
  const { state, keyStore, snapshotFile } = ctx;
  await dropArriving(ctx);
  state.spoilt = undefined;
  const keys = await keyStore.begin();
  const arriving: Arriving = { progress: undefined, format: null, keys, file: undefined };
  await onDisk(ctx, async () => {
    arriving.file = await snapshotFile.begin();
  });
  state.arriving = arriving;
}

async function addPart(
  ctx: SyncContext,
  header: Snapshot,
  body: Uint8Array,
  frame: Uint8Array,
): Promise<void> {
  const { arriving } = ctx.state;
  const progress = followPart(arriving?.progress, header);
  if (!arriving) return;
  arriving.progress = progress;
  arriving.format = requireSameFormat(arriving.format, body);
  await arriving.keys.add(body);
  const { file } = arriving;
  if (!file || (await onDisk(ctx, () => file.add(frame)))) return;
  arriving.file = undefined;
  await discard(file);
}

async function finish(
  ctx: SyncContext,
  { version }: Snapshot,
  latest: Position,
): Promise<Upward[]> {
  const { state, faults } = ctx;
  const { arriving } = state;
  if (!arriving) return [];
  state.isStored = false;
  const { file } = arriving;
  const isStored =
    file !== undefined &&
    (await onDisk(ctx, async () => {
      lowerVersionMin(ctx, version);
      await file.commit();
    }));
  if (file && !isStored) await discard(file);
  await arriving.keys.use(version);
  state.arriving = undefined;
  state.version = version;
  state.latest = latest;
  state.format = arriving.format;
  if (state.lineage) state.lineage.isOwn = true;
  state.isStored = isStored;
  faults.clear('rejected');
  const answers = acknowledge(ctx);
  noteGoodSnapshot(ctx, state.isStored);
  return answers;
}

/** @returns whether it was done */
async function onDisk(ctx: SyncContext, work: () => Promise<void>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    noteDiskFault(ctx, error);
    return false;
  }
}
