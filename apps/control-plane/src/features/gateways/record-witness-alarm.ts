import { randomUUID } from 'node:crypto';
import { and, eq } from 'drizzle-orm';
import { gateway, type StoredAlarm } from '../../db/schema/index.ts';
import { commit, type WriteServices } from '../../write/write.ts';

/**
 * Stores what a gateway found wrong with the transparency log, with an audit event; null when it says
 * that its operator has resolved it.
 */
export async function recordWitnessAlarm(
  services: WriteServices,
  { id, organizationId }: { readonly id: string; readonly organizationId: string },
  alarm: StoredAlarm | null,
): Promise<void> {
  const source = {
    organizationId,
    actor: { type: 'system', job: 'witness' } as const,
    action: alarm
      ? ('gateway.witness_alarm' as const)
      : ('gateway.witness_alarm_resolved' as const),
    origin: { requestId: `req_${randomUUID()}`, ip: null, userAgent: null },
  };
  await commit<boolean>(services, source, async (tx) => {
    const isIt = and(eq(gateway.organizationId, organizationId), eq(gateway.id, id));
    const [row] = await tx.select().from(gateway).where(isIt).for('update');
    if (!row || isSame(row.witnessAlarm, alarm)) return { replayed: false };
    await tx.update(gateway).set({ witnessAlarm: alarm }).where(isIt);
    return {
      result: true,
      target: { type: 'gateway', id, name: row.name, workspaceId: row.workspaceId },
      before: { witnessAlarm: row.witnessAlarm },
      after: { witnessAlarm: alarm },
      changes: [],
    };
  });
}

/** A gateway repeats its alarm at each connection. */
function isSame(one: StoredAlarm | null, other: StoredAlarm | null): boolean {
  return one?.kind === other?.kind && one?.received === other?.received;
}
