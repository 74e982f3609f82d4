import { SILENCE_MS } from '@tollkeeper/protocol';
import type { Logger } from 'pino';
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

/** Does the work again and again, never twice at a time. @returns what stops it */
export function every(
  intervalMs: number,
  work: () => Promise<unknown>,
  log: Logger,
): () => Promise<void> {
  let running: Promise<void> | undefined;
  const timer = setInterval(() => {
    running ??= work()
      .then(
        () => undefined,
        (error) => log.warn({ err: error }, 'fleet maintenance failed'),
      )
      .finally(() => {
        running = undefined;
      });
  }, intervalMs);
  return async () => {
    clearInterval(timer);
    await running;
  };
}
