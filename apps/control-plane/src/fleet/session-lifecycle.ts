import type { Logger } from 'pino';
import type { AppliedVersions } from './applied-versions.ts';
import type { CatchUp } from './catch-up.ts';
import type { ConnectedGateways } from './connected-gateways.ts';
import type { Feeds } from './feeds.ts';
import { CLOSE, type Session, send } from './gateway-session.ts';
import type { Inbox } from './inbox.ts';
import type { KnownState, Lineages } from './lineages.ts';
import { gatewayFrame, type Membership } from './membership.ts';
import type { Presence } from './presence.ts';
import { type Receivers, receive } from './receive.ts';
import type { Seal } from './seal.ts';
import { sendLineage } from './send-missed.ts';

/** Begins and ends the sessions of gateways that have proved themselves. */
interface SessionLifecycle {
  /** @param known state that the gateway reported, where changes can continue from it */
  begin(session: Session, inbox: Inbox, known: KnownState | undefined): void;
}

interface SessionParts {
  readonly seal: Seal;
  readonly gateways: ConnectedGateways;
  readonly lineages: Lineages;
  readonly membership: Membership;
  readonly feeds: Feeds;
  readonly presence: Presence;
  readonly applied: AppliedVersions;
  readonly catchUp: CatchUp['catchUp'];
  readonly receivers: Receivers;
  readonly log: Logger;
  readonly isStopping: () => boolean;
}

export function createSessionLifecycle(parts: SessionParts): SessionLifecycle {
  const { seal, gateways, lineages, membership, feeds, presence, applied, log } = parts;

  function end(session: Session): void {
    const { gateway, instanceId } = session;
    session.ended = true;
    gateways.delete(session);
    feeds.leave(session);
    log.info({ gatewayId: gateway.id }, 'gateway disconnected');
    if (parts.isStopping() || gateways.holds(gateway.id, instanceId)) return;
    presence.leave(session).catch((error) => log.warn({ err: error }, 'disconnect not recorded'));
  }

  return {
    begin(session, inbox, known) {
      const { socket, gateway, epoch } = session;
      gateways.add(session);
      socket.on('close', () => end(session));
      socket.on('pong', () => {
        session.lastReceivedAt = performance.now();
      });
      log.info({ gatewayId: gateway.id, address: session.address }, 'gateway connected');
      send(session, seal(gatewayFrame(session)));
      if (known) {
        lineages.note(gateway.workspaceId, epoch, known.latest);
        applied.add(gateway.id, known);
        sendLineage(seal, session, known.version, true);
      }
      inbox.open((text) => receive(parts.receivers, session, text));
      parts.catchUp(session);
      // It may have been removed before it was among the connected gateways.
      membership
        .check([gateway.id])
        .catch((error) => log.warn({ err: error }, 'gateway not checked for removal'));
    },
  };
}

/** Disconnects a gateway that does not keep to the protocol. */
export function endForViolation(seal: Seal, session: Session, detail: string, log: Logger): void {
  log.warn({ gatewayId: session.gateway.id, detail }, 'gateway violated the protocol');
  send(session, seal({ type: 'refused', code: 'malformed', detail }));
  session.ended = true;
  session.socket.close(CLOSE.notAdmitted);
}

/** Disconnects the gateways of the workspace, so that they begin with another lineage. */
export function disconnectWorkspace(gateways: ConnectedGateways, workspaceId: string): void {
  for (const session of gateways.all()) {
    if (session.gateway.workspaceId !== workspaceId) continue;
    session.ended = true;
    session.socket.close(CLOSE.tryLater);
  }
}
