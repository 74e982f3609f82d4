import { type Upward, upward } from '@tollkeeper/protocol';
import type { Logger } from 'pino';
import type { AppliedVersions } from './applied-versions.ts';
import type { Session } from './gateway-session.ts';
import type { Witnesses } from './witnesses.ts';

export interface Receivers {
  readonly applied: Pick<AppliedVersions, 'add'>;
  readonly log: Logger;
  readonly witnesses: Pick<Witnesses, 'receive'>;
  readonly acceptUsage: (session: Session, usage: Extract<Upward, { type: 'usage' }>) => void;
  /** Answers what the session asks. */
  readonly answer: (session: Session) => void;
  readonly resync: (session: Session) => void;
  /** Ends the session of a gateway that does not keep to the protocol. */
  readonly end: (session: Session, detail: string) => void;
}

/** Does what a message of an admitted gateway asks. @param text undefined for what is no text */
export function receive(
  { applied, log, witnesses, acceptUsage, answer, resync, end }: Receivers,
  session: Session,
  text: string | undefined,
): void {
  if (session.ended) return;
  session.lastReceivedAt = performance.now();
  const message = parse(text);
  if (!message) {
    end(session, 'A message is none of this protocol');
    return;
  }
  const gatewayId = session.gateway.id;
  switch (message.type) {
    case 'hello':
      end(session, 'A second hello came');
      return;
    case 'ack':
      session.rejection = null;
      applied.add(gatewayId, message);
      return;
    case 'reject': {
      const { reason, detail } = message;
      const rejection = `Rejected what the control plane sent (${reason}): ${detail}`;
      if (rejection === session.rejection) return;
      session.rejection = rejection;
      log.warn({ gatewayId, reason, detail }, 'gateway rejected a message');
      return;
    }
    case 'check':
      session.check = message.nonce;
      answer(session);
      return;
    case 'resync':
      resync(session);
      return;
    case 'usage':
      acceptUsage(session, message);
      return;
    case 'health': {
      const { type: _type, ...health } = message;
      session.health = health;
      return;
    }
    case 'witness':
    case 'cosignature':
      witnesses.receive(session, message);
      return;
    default:
      message satisfies never;
  }
}

function parse(text: string | undefined): Upward | undefined {
  if (text === undefined) return undefined;
  try {
    return upward.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
