import { randomUUID } from 'node:crypto';
import { and, eq } from 'drizzle-orm';
import type { Transaction } from '../../db/connect.ts';
import { gateway, joinKey, workspace } from '../../db/schema/index.ts';
import type { Incident, IncidentSum } from '../../fleet/index.ts';
import type { AuditTarget } from '../../write/audit.ts';
import { commit, type WriteServices } from '../../write/write.ts';

/** Appends the audit event of what happened in the fleet; of what is gone meanwhile, none. */
export async function recordIncident(services: WriteServices, sum: IncidentSum): Promise<void> {
  const { organizationId, action, why, facts, count, address } = sum;
  const source = {
    organizationId,
    actor: { type: 'system', job: 'fleet' } as const,
    action,
    origin: { requestId: `req_${randomUUID()}`, ip: address, userAgent: null },
  };
  await commit<void>(services, source, async (tx) => {
    const target = await findTarget(tx, sum);
    if (!target) return { replayed: undefined };
    return {
      result: undefined,
      target,
      before: null,
      after: { why, count, ...facts },
      changes: [],
    };
  });
}

async function findTarget(
  tx: Transaction,
  { organizationId, target: { type, id } }: Incident,
): Promise<AuditTarget | undefined> {
  switch (type) {
    case 'gateway': {
      const columns = { id: gateway.id, name: gateway.name, workspaceId: gateway.workspaceId };
      const isIt = and(eq(gateway.organizationId, organizationId), eq(gateway.id, id));
      const [row] = await tx.select(columns).from(gateway).where(isIt);
      return row && { type, ...row };
    }
    case 'join_key': {
      const columns = { id: joinKey.id, name: joinKey.name, workspaceId: joinKey.workspaceId };
      const isIt = and(eq(joinKey.organizationId, organizationId), eq(joinKey.id, id));
      const [row] = await tx.select(columns).from(joinKey).where(isIt);
      return row && { type, ...row };
    }
    case 'workspace': {
      const columns = { id: workspace.id, name: workspace.name, workspaceId: workspace.id };
      const isIt = and(eq(workspace.organizationId, organizationId), eq(workspace.id, id));
      const [row] = await tx.select(columns).from(workspace).where(isIt);
      return row && { type, ...row };
    }
  }
}
