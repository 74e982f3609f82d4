import type { Logger } from 'pino';
import type { Database } from '../db/connect.ts';
import type { AppendedChange } from '../kernel/change.ts';
import { findGateways, type GatewayFacts } from './find-gateways.ts';
import type { Seal } from './seal.ts';
import { CLOSE, type Session, send } from './session.ts';
import type { Sessions } from './sessions.ts';

/** Keeps connected gateways to what people decide: tells them of it, and sends removed ones away. */
export interface Membership {
  /** Doubts the gateways that the changes concern; without changes, all of them. */
  wake(changes: readonly AppendedChange[]): void;
  /** Looks at those in doubt. */
  check(): Promise<void>;
  doubt(gatewayIds: readonly string[]): void;
}

export function createMembership(
  db: Database,
  seal: Seal,
  sessions: Sessions,
  log: Logger,
): Membership {
  const doubted = new Set<string>();

  function doubt(ids: readonly string[]): void {
    for (const id of ids) doubted.add(id);
  }

  async function check(): Promise<void> {
    const ids = [...doubted];
    doubted.clear();
    if (ids.length === 0) return;
    let found: Map<string, GatewayFacts>;
    try {
      found = new Map((await findGateways(db, ids)).map((facts) => [facts.id, facts]));
    } catch (error) {
      doubt(ids);
      throw error;
    }
    for (const session of sessions.of(new Set(ids))) {
      const facts = found.get(session.gateway.id);
      if (facts?.workspaceId === session.gateway.workspaceId) tellFacts(seal, session, facts);
      else expel(seal, session, log);
    }
  }

  return {
    doubt,
    check,
    wake(changes) {
      const organizations = new Set<string>();
      const gateways: string[] = [];
      for (const { kind, subjectId } of changes) {
        if (kind === 'gateway') gateways.push(subjectId);
        if (kind === 'organization') organizations.add(subjectId);
      }
      const connected = sessions.all().map((session) => session.gateway);
      const isDoubtful = ({ id, organizationId }: GatewayFacts) =>
        changes.length === 0 || organizations.has(organizationId) || gateways.includes(id);
      doubt(connected.filter(isDoubtful).map(({ id }) => id));
      if (doubted.size === 0) return;
      check().catch((error) => log.warn({ err: error }, 'gateways could not be looked up'));
    },
  };
}

function tellFacts(seal: Seal, session: Session, facts: GatewayFacts): void {
  const known = gatewayFrame(session.gateway);
  const next = gatewayFrame(facts);
  session.gateway = facts;
  if (JSON.stringify(known) !== JSON.stringify(next)) send(session, seal(next));
}

/** What a gateway is told of itself. */
export function gatewayFrame({
  id,
  organizationId,
  workspaceId,
  name,
  labels,
  draining,
}: GatewayFacts) {
  return {
    type: 'gateway' as const,
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
  log.info({ gatewayId: id, organizationId }, 'sent a removed gateway away');
  send(session, seal({ type: 'removed', gatewayId: id }));
  session.ended = true;
  session.socket.close(CLOSE.notAdmitted);
}
