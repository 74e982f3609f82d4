import type { DownwardOf, Upward } from '@tollkeeper/contract';
import { requirePlace } from './order.ts';
import { Rejection } from './rejection.ts';
import type { History, SyncContext } from './sync-state.ts';

/**
 * Handles the message that begins each connection and names the history that it will send. It must
 * repeat the nonce of this connection's hello, so that replayed messages cannot set a gateway back.
 * @throws Rejection
 */
export function takeHistory(ctx: SyncContext, header: DownwardOf<'history'>): Upward[] {
  const { state, clock, log, place } = ctx;
  requirePlace(place, header);
  if (header.nonce !== state.nonce || state.history) {
    throw new Rejection(
      'replayed',
      'What a connection tells was said on another, or a second time',
    );
  }
  const { epoch, version, continues } = header;
  const isOwn = continues && state.version !== null && state.version <= version;
  state.history = { epoch, version, isOwn };
  if (isOwn) return [];
  state.awaitedAtMs = clock.monotonicMs();
  if (state.version !== null) {
    log.warn(
      { version: state.version, currentVersion: version },
      'the control plane does not know the history of what this gateway decides with; it sends a whole snapshot',
    );
  }
  return [];
}

/** History that this connection sends. @throws Rejection replayed, for another epoch */
export function requireEpoch({ state }: SyncContext, epoch: string): History {
  const { history } = state;
  if (history?.epoch === epoch) return history;
  throw new Rejection('replayed', 'A message came that this connection was not to tell');
}
