import type { Session } from './session.ts';

/** The gateways that are connected to this process. */
export interface Sessions {
  /** A run of a gateway's process has one connection: an older one of it is cut. */
  add(session: Session): void;
  delete(session: Session): void;
  /** Whether the run of the gateway's process is connected. */
  holds(gatewayId: string, instanceId: string): boolean;
  all(): readonly Session[];
  /** Of these gateways; one may be connected from several places. */
  of(gatewayIds: ReadonlySet<string>): readonly Session[];
}

export function createSessions(): Sessions {
  const byName = new Map<string, Session>();
  const nameOf = (gatewayId: string, instanceId: string) => `${gatewayId} ${instanceId}`;
  return {
    add(session) {
      const name = nameOf(session.gateway.id, session.instanceId);
      byName.get(name)?.socket.terminate();
      byName.set(name, session);
    },
    delete(session) {
      const name = nameOf(session.gateway.id, session.instanceId);
      if (byName.get(name) === session) byName.delete(name);
    },
    holds: (gatewayId, instanceId) => byName.has(nameOf(gatewayId, instanceId)),
    all: () => [...byName.values()],
    of: (gatewayIds) => [...byName.values()].filter(({ gateway }) => gatewayIds.has(gateway.id)),
  };
}
