import type { Labels } from '@tollkeeper/contract';
import { and, eq, inArray, isNull } from 'drizzle-orm';
import type { Database } from '../db/connect.ts';
import { gateway, organization, workspace } from '../db/schema/index.ts';

/** Who a gateway is, and what people decided about it. */
export interface GatewayFacts {
  readonly id: string;
  readonly organizationId: string;
  readonly workspaceId: string;
  readonly name: string;
  readonly labels: Labels;
  readonly draining: boolean;
  /** Ed25519, 32 bytes. */
  readonly publicKey: Uint8Array;
}

/** Those of them that are of a fleet: a removed gateway and a deleted organization have none. */
export function findGateways(db: Database, ids: readonly string[]): Promise<GatewayFacts[]> {
  return db
    .select({
      id: gateway.id,
      organizationId: gateway.organizationId,
      workspaceId: gateway.workspaceId,
      name: gateway.name,
      labels: gateway.labels,
      draining: gateway.draining,
      publicKey: gateway.publicKey,
    })
    .from(gateway)
    .innerJoin(
      workspace,
      and(
        eq(workspace.id, gateway.workspaceId),
        eq(workspace.organizationId, gateway.organizationId),
      ),
    )
    .innerJoin(organization, eq(organization.id, gateway.organizationId))
    .where(and(inArray(gateway.id, [...ids]), isNull(organization.deletedAt)));
}
