import type { DownwardOf, Upward } from '@tollkeeper/contract';
import type { Following, History } from './following.ts';
import { requirePlace } from './order.ts';
import { Rejection } from './rejection.ts';

/**
 * Hears once, on each connection, what it will tell. Only the nonce of this connection's own hello
 * makes that believable: so nobody who repeats old messages takes a gateway back.
 * @throws Rejection
 */
export function takeHistory(following: Following, header: DownwardOf<'history'>): Upward[] {
  const { state, clock, log, place } = following;
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

/** What this connection tells. @throws Rejection replayed, for what another one told */
export function requireEpoch({ state }: Following, epoch: string): History {
  const { history } = state;
  if (history?.epoch === epoch) return history;
  throw new Rejection('replayed', 'A message came that this connection was not to tell');
}
