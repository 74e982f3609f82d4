import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { isOpen, type Session } from './gateway-session.ts';
import type { Membership } from './membership.ts';
import { createSendMissed, type SendMissedOptions } from './send-missed.ts';

const RETRY_MS = 1000;

/** One attempt at a time for each gateway to catch up, for as long as it takes. */
export interface CatchUp {
  catchUp(session: Session): void;
  /** Sends the gateway a whole snapshot; until it may have one it stays in the feed. */
  resync(session: Session): void;
}

export function createCatchUp(
  options: SendMissedOptions & { readonly membership: Membership; readonly log: Logger },
): CatchUp {
  const { feeds, membership, rateLimit, log } = options;
  const bring = createSendMissed(options);
  /** True where another attempt was requested meanwhile. */
  const running = new Map<Session, boolean>();
  /** ConnectedGateways that asked for more snapshots than they may have. */
  const waiting = new Set<Session>();

  async function run(session: Session): Promise<void> {
    while (isOpen(session) && running.get(session)) {
      running.set(session, false);
      try {
        if (!(await bring(session))) await membership.check([session.gateway.id]);
      } catch (error) {
        if (!isOpen(session)) return;
        log.warn(
          { err: error, gatewayId: session.gateway.id },
          'gateway could not be brought up to date',
        );
        running.set(session, true);
        await delay(RETRY_MS);
      }
    }
  }

  function catchUp(session: Session): void {
    feeds.leave(session);
    const isRunning = running.has(session);
    running.set(session, true);
    if (!isRunning) void run(session).finally(() => running.delete(session));
  }

  function resync(session: Session): void {
    if (!isOpen(session) || waiting.has(session)) return;
    const { gateway } = session;
    const waitMs = rateLimit.waitMs(gateway.id);
    if (waitMs === 0) {
      session.snapshotMin ??= 0;
      catchUp(session);
      return;
    }
    log.warn({ gatewayId: gateway.id, waitMs }, 'gateway requests too many snapshots; delaying it');
    waiting.add(session);
    const again = () => {
      waiting.delete(session);
      resync(session);
    };
    setTimeout(again, waitMs).unref();
  }

  return { catchUp, resync };
}
