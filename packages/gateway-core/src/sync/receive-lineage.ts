import type { DownwardOf, Upward } from '@tollkeeper/protocol';
import { requirePlace } from './order.ts';
import { Rejection } from './rejection.ts';
import type { Lineage, SyncContext } from './sync-state.ts';

/**
 * Handles the message that begins each connection and names the lineage that it will send. It must
 * repeat the nonce of this connection's hello, so that replayed messages cannot set a gateway back.
 * @throws Rejection
 */
export function receiveLineage(ctx: SyncContext, header: DownwardOf<'lineage'>): Upward[] {
  const { state, clock, log, place } = ctx;
  requirePlace(place, header);
  if (header.nonce !== state.nonce || state.lineage) {
    throw new Rejection(
      'replayed',
      'What a connection tells was said on another, or a second time',
    );
  }
  const { epoch, version, continues } = header;
  const isOwn = continues && state.version !== null && state.version <= version;
  state.lineage = { epoch, version, isOwn };
  if (isOwn) return [];
  state.awaitedAtMs = clock.monotonicMs();
  if (state.version !== null) {
    log.warn(
      { version: state.version, currentVersion: version },
      'the control plane does not know the lineage of what this gateway decides with; it sends a whole snapshot',
    );
  }
  return [];
}

/** Lineage that this connection sends. @throws Rejection replayed, for another epoch */
export function requireEpoch({ state }: SyncContext, epoch: string): Lineage {
  const { lineage } = state;
  if (lineage?.epoch === epoch) return lineage;
  throw new Rejection('replayed', 'A message came that this connection was not to tell');
}
