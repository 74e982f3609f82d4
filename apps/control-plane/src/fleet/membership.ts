import type { Logger } from 'pino';
import type { AppendedChange } from '../write/change.ts';
import type { ConnectedGateways } from './connected-gateways.ts';
import type { GatewayFacts } from './find-gateways.ts';
import { CLOSE, type Session, send } from './gateway-session.ts';
import type { Seal } from './seal.ts';

/** Keeps connected gateways to what people decide: tells them of it, and sends removed ones away. */
export interface Membership {
  /** Looks at the gateways that the changes concern; without changes, at all of them. */
  wake(changes: readonly AppendedChange[]): void;
  check(gatewayIds: readonly string[]): Promise<void>;
}

interface MembershipOptions {
  readonly find: (gatewayId: string) => Promise<GatewayFacts | undefined>;
  readonly seal: Seal;
  readonly gateways: ConnectedGateways;
  readonly log: Logger;
}

export function createMembership({ find, seal, gateways, log }: MembershipOptions): Membership {
  async function checkOne(gatewayId: string): Promise<void> {
    const facts = await find(gatewayId);
    for (const session of gateways.of(gatewayId)) {
      if (facts?.workspaceId === session.gateway.workspaceId) tellFacts(seal, session, facts);
      else expel(seal, session, log);
    }
  }

  async function check(gatewayIds: readonly string[]): Promise<void> {
    await Promise.all([...new Set(gatewayIds)].map(checkOne));
  }

  return {
    check,
    wake(changes) {
      const named = new Set(changes.map(({ kind, subjectId }) => `${kind} ${subjectId}`));
      const isConcerned = ({ gateway: { id, organizationId } }: Session) =>
        changes.length === 0 ||
        named.has(`gateway ${id}`) ||
        named.has(`organization ${organizationId}`);
      const ids = gateways.all().filter(isConcerned);
      // Should the database not answer, all are looked at again in a while.
      check(ids.map(({ gateway }) => gateway.id)).catch((error) =>
        log.warn({ err: error }, 'gateways could not be read'),
      );
    },
  };
}

function tellFacts(seal: Seal, session: Session, facts: GatewayFacts): void {
  const known = gatewayFrame(session);
  session.gateway = facts;
  const next = gatewayFrame(session);
  if (JSON.stringify(known) !== JSON.stringify(next)) send(session, seal(next));
}

/** Message that tells a gateway its own facts. */
export function gatewayFrame({ nonce, gateway }: Session) {
  const { id, organizationId, workspaceId, name, labels, draining } = gateway;
  return {
    type: 'gateway' as const,
    nonce,
    gatewayId: id,
    organizationId,
    workspaceId,
    name,
    labels,
    draining,
  };
}

function expel(seal: Seal, session: Session, log: Logger): void {
  const { id, organizationId } = session.gateway;
  log.info({ gatewayId: id, organizationId }, 'gateway was removed; connection closed');
  send(session, seal({ type: 'removed', nonce: session.nonce, gatewayId: id }));
  session.ended = true;
  session.socket.close(CLOSE.notAdmitted);
}
