import { SILENCE_MS } from '@tollkeeper/protocol';
import type { ConnectedGateways } from './connected-gateways.ts';
import type { Feeds } from './feeds.ts';
import type { Membership } from './membership.ts';

/**
 * Pings every gateway, terminates the connections of silent ones, disconnects removed gateways and
 * answers checks.
 * @returns one such round
 */
export function createHeartbeat(
  gateways: ConnectedGateways,
  membership: Membership,
  feeds: Feeds,
): () => Promise<void> {
  return async () => {
    const deadline = performance.now() - SILENCE_MS;
    for (const { socket, lastReceivedAt } of gateways.all()) {
      if (lastReceivedAt < deadline) socket.terminate();
      else if (socket.readyState === socket.OPEN) socket.ping();
    }
    await membership.check(gateways.all().map(({ gateway }) => gateway.id));
    await feeds.confirm();
  };
}
