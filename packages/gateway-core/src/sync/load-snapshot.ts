import { readStored } from './read-stored.ts';
import { Rejection, toRejection } from './rejection.ts';
import type { SyncContext } from './sync-state.ts';

/**
 * Starts from the disk: verifies as if each frame came now, and uses all of them or none.
 * @returns why the file is refused; undefined when it is used, or there is none
 */
export async function loadSnapshot(ctx: SyncContext): Promise<Rejection | undefined> {
  const { snapshotFile, log, faults } = ctx;
  try {
    const loaded = await load(ctx);
    if (!loaded) return undefined;
    if (loaded.tornBytes > 0) {
      log.warn(loaded, 'the end of the snapshot was not written whole, and is cut off');
      await snapshotFile.cutTail();
    }
    log.info({ version: ctx.state.version }, 'this gateway decides with its stored snapshot');
    return undefined;
  } catch (error) {
    const rejection = toRejection(error);
    log.error({ err: error }, `the stored snapshot is refused: ${rejection.message}`);
    faults.set(
      'rejected',
      `The stored snapshot was refused (${rejection.reason}): ${rejection.message}.`,
    );
    return rejection;
  }
}

async function load(ctx: SyncContext): Promise<{ tornBytes: number } | undefined> {
  const { keyStore, snapshotFile, confirmedFile, freshness, state, place } = ctx;
  const confirmed = confirmedFile.read();
  const isOwn = confirmed?.workspaceId === place.workspaceId;
  if (isOwn) {
    // What was acknowledged stays so, even where the snapshot itself is of no use.
    state.versionMin = confirmed.version;
    freshness.restore(confirmed);
  }
  const keys = await keyStore.begin(await snapshotFile.bytes());
  const stored = await readStored(ctx, keys);
  if (!stored) return undefined;
  if (!isOwn) throw new Rejection('incomplete', 'When it was confirmed cannot be read');
  if (stored.version < state.versionMin) {
    throw new Rejection(
      'older',
      `It ends with version ${stored.version}, this gateway has acknowledged ${state.versionMin}`,
    );
  }
  await keys.use(stored.version);
  state.version = stored.version;
  state.latest = stored.latest;
  state.format = stored.format;
  state.isStored = true;
  return stored;
}
