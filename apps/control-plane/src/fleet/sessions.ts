import type { Session } from './session.ts';

/** The gateways that are connected to this process. */
export interface Sessions {
  /** A run of a gateway's process has one connection: an older one of it is cut. */
  add(session: Session): void;
  delete(session: Session): void;
  /** Whether the run of the gateway's process is connected. */
  holds(gatewayId: string, instanceId: string): boolean;
  all(): readonly Session[];
  /** Of the gateway, which may be connected from several places. */
  of(gatewayId: string): readonly Session[];
}

export function createSessions(): Sessions {
  /** By gateway, then by run of its process. */
  const byGateway = new Map<string, Map<string, Session>>();
  return {
    add(session) {
      const { gateway, instanceId } = session;
      const runs = byGateway.get(gateway.id) ?? new Map<string, Session>();
      byGateway.set(gateway.id, runs);
      runs.get(instanceId)?.socket.terminate();
      runs.set(instanceId, session);
    },
    delete(session) {
      const { gateway, instanceId } = session;
      const runs = byGateway.get(gateway.id);
      if (runs?.get(instanceId) !== session) return;
      runs.delete(instanceId);
      if (runs.size === 0) byGateway.delete(gateway.id);
    },
    holds: (gatewayId, instanceId) => byGateway.get(gatewayId)?.has(instanceId) ?? false,
    all: () => [...byGateway.values()].flatMap((runs) => [...runs.values()]),
    of: (gatewayId) => [...(byGateway.get(gatewayId)?.values() ?? [])],
  };
}
