import { randomBytes } from 'node:crypto';
import { commonProtocol, HELLO_BYTES_MAX } from '@tollkeeper/protocol';
import type { Logger } from 'pino';
import type { WebSocket } from 'ws';
import type { ChangeFeed } from '../replication/change-feed.ts';
import type { AppliedVersions } from './applied-versions.ts';
import type { ConnectedGateways } from './connected-gateways.ts';
import type { PendingConnection } from './connection-limiter.ts';
import type { GatewayFacts } from './find-gateways.ts';
import { CLOSE, isOpen, type Session } from './gateway-session.ts';
import { type Challenge, type Greeting, greet } from './greet.ts';
import { type ByteStream, createInbox, type Inbox } from './inbox.ts';
import type { IncidentCounter } from './incident-counter.ts';
import { findKnownState, type KnownState, type Lineages } from './lineages.ts';
import type { Presence } from './presence.ts';
import type { Seal } from './seal.ts';

interface AdmissionOptions {
  readonly find: (gatewayId: string) => Promise<GatewayFacts | undefined>;
  readonly seal: Seal;
  readonly changeFeed: Pick<ChangeFeed, 'catchUp'>;
  readonly lineages: Lineages;
  readonly presence: Presence;
  readonly applied: Pick<AppliedVersions, 'settled'>;
  readonly gateways: Pick<ConnectedGateways, 'isFull'>;
  readonly incidents: Pick<IncidentCounter, 'count'>;
  readonly log: Logger;
  readonly isStopping: () => boolean;
  /** Called with the session of a gateway that has proved itself. */
  readonly onAdmitted: (session: Session, inbox: Inbox, known: KnownState | undefined) => void;
}

const LOST_TOUCH = {
  outcome: 'refused',
  code: 'unavailable',
  detail: 'The control plane has lost touch with its database. Try again.',
} as const;
const HELLO_LIMITS = {
  timeoutMs: 5000,
  /** With the frames around it. */
  bytesMax: HELLO_BYTES_MAX + 256,
};

/** Challenges each connection, and makes a session of a gateway that answers with its own key. */
export function createAdmission(options: AdmissionOptions) {
  const { find, seal, changeFeed, lineages, presence, applied, gateways, incidents, log } = options;

  /** @param named version of the protocol that the gateway names, if it does */
  function admit(
    socket: WebSocket,
    stream: ByteStream,
    pending: PendingConnection,
    named: string | undefined,
  ): void {
    const protocol = commonProtocol(named);
    const nonce = randomBytes(32).toString('base64url');
    const inbox = createInbox(socket, stream, HELLO_LIMITS);
    socket.send(seal({ type: 'challenge', protocol, nonce }));
    introduce(socket, inbox, { protocol, nonce }, pending).catch((error) => {
      log.warn({ err: error }, 'gateway could not be admitted');
      refuse(socket, LOST_TOUCH);
    });
  }

  async function introduce(
    socket: WebSocket,
    inbox: Inbox,
    challenge: Challenge,
    pending: PendingConnection,
  ): Promise<void> {
    const text = await inbox.first;
    if (text === undefined) return refuse(socket, { outcome: 'stranger' });
    pending.markHello();
    const greeting = await greet(find, changeFeed, challenge, text);
    if (greeting.outcome !== 'admitted') {
      inbox.open(() => undefined);
      if (greeting.outcome === 'stranger' && greeting.claimed) {
        countRefusal(greeting.claimed, 'not_signed_by_it', pending.address);
      }
      return refuse(socket, greeting);
    }
    const { hello, gateway } = greeting;
    if (gateways.isFull(gateway.organizationId)) {
      countRefusal(gateway, 'too_many_connected', pending.address);
      const detail = 'Too many gateways of the organization are connected here. Try again.';
      return refuse(socket, { outcome: 'refused', code: 'unavailable', detail });
    }
    const found = await findKnownState(lineages, incidents, log, gateway, hello);
    if (!found) return refuse(socket, LOST_TOUCH);
    const { epoch, known } = found;
    const version = known?.version ?? null;
    // An acknowledgement from before would otherwise be stored over "nothing applied".
    if (version === null) await applied.settled(gateway.id);
    if (!(await presence.enter({ ...hello, version }, pending.address))) {
      const { nonce } = hello;
      return refuse(socket, { outcome: 'removed', gatewayId: gateway.id, nonce });
    }
    if (lineages.epochOf(gateway.workspaceId) !== epoch) return refuse(socket, LOST_TOUCH);
    const now = performance.now();
    const session: Session = {
      socket,
      gateway,
      instanceId: hello.instanceId,
      hostname: hello.hostname,
      address: pending.address,
      protocol: challenge.protocol,
      nonce: hello.nonce,
      epoch,
      sent: version,
      versionMin: null,
      check: hello.nonce,
      answeredAt: 0,
      snapshotMin: null,
      connectedAt: now,
      lastReceivedAt: now,
      health: null,
      rejection: null,
      witness: null,
      ended: false,
    };
    if (options.isStopping() || !isOpen(session)) return presence.leave(session);
    pending.leave();
    options.onAdmitted(session, inbox, known);
  }

  /** Only with a reason that names a gateway: of strangers, nobody knows the organization. */
  function countRefusal({ id, organizationId }: GatewayFacts, why: string, address: string): void {
    const target = { type: 'gateway', id } as const;
    incidents.count({ organizationId, action: 'gateway.connection_refused', target, why, address });
  }

  function refuse(socket: WebSocket, greeting: Exclude<Greeting, { outcome: 'admitted' }>): void {
    if (greeting.outcome === 'refused') {
      const { code, detail } = greeting;
      socket.send(seal({ type: 'refused', code, detail }));
      socket.close(code === 'unavailable' ? CLOSE.tryLater : CLOSE.notAdmitted);
      return;
    }
    if (greeting.outcome === 'removed') {
      const { nonce, gatewayId } = greeting;
      socket.send(seal({ type: 'removed', nonce, gatewayId }));
    }
    socket.close(CLOSE.notAdmitted);
  }

  return admit;
}
