import type { Session } from './gateway-session.ts';

/** The gateways that are connected to this process. */
export interface ConnectedGateways {
  /**
   * A run of a gateway's process has one connection: an older one of it is cut. So is the oldest
   * run of a gateway that is connected from too many places: one identity takes only so much.
   */
  add(session: Session): void;
  delete(session: Session): void;
  /** Whether the run of the gateway's process is connected. */
  holds(gatewayId: string, instanceId: string): boolean;
  all(): readonly Session[];
  /** Whether one organization has as many connections as it may take from the others. */
  isFull(organizationId: string): boolean;
  /** Of the gateway, which may be connected from several places. */
  of(gatewayId: string): readonly Session[];
}

/** A process that is restarted again and again leaves some behind until their silence is noticed. */
const RUNS_MAX = 8;
const PER_ORGANIZATION_MAX = 5000;

export function createConnectedGateways(
  perOrganizationMax = PER_ORGANIZATION_MAX,
): ConnectedGateways {
  /** By gateway, then by run of its process, the oldest first. */
  const byGateway = new Map<string, Map<string, Session>>();
  const counts = new Map<string, number>();

  function count({ gateway: { organizationId } }: Session, change: number): void {
    const next = (counts.get(organizationId) ?? 0) + change;
    if (next > 0) counts.set(organizationId, next);
    else counts.delete(organizationId);
  }

  return {
    add(session) {
      const { gateway, instanceId } = session;
      const runs = byGateway.get(gateway.id) ?? new Map<string, Session>();
      byGateway.set(gateway.id, runs);
      const [oldest] = runs.values();
      const older = runs.get(instanceId) ?? (runs.size >= RUNS_MAX ? oldest : undefined);
      if (older) {
        older.socket.terminate();
        runs.delete(older.instanceId);
        count(older, -1);
      }
      runs.set(instanceId, session);
      count(session, 1);
    },
    delete(session) {
      const { gateway, instanceId } = session;
      const runs = byGateway.get(gateway.id);
      if (runs?.get(instanceId) !== session) return;
      runs.delete(instanceId);
      count(session, -1);
      if (runs.size === 0) byGateway.delete(gateway.id);
    },
    holds: (gatewayId, instanceId) => byGateway.get(gatewayId)?.has(instanceId) ?? false,
    isFull: (organizationId) => (counts.get(organizationId) ?? 0) >= perOrganizationMax,
    all: () => [...byGateway.values()].flatMap((runs) => [...runs.values()]),
    of: (gatewayId) => [...(byGateway.get(gatewayId)?.values() ?? [])],
  };
}
