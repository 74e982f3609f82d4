import type { KeyPropagation } from '@tollkeeper/contract';
import { and, asc, eq } from 'drizzle-orm';
import { gateway } from '../../db/schema/index.ts';
import type { Ctx } from '../../kernel/context.ts';
import { visibleFleet } from '../../kernel/visible-fleet.ts';
import { findAppliedTimes, findRequiredVersions, type Required } from './applied-versions.ts';
import { connectionsOf, gatewayState, selectGateways, type ViewRow } from './gateway-view.ts';
import { findKeyChange } from './key-change.ts';

type Row = KeyPropagation['gateways'][number];

/**
 * Which gateways decide with the last change of the key, and how long each took: those of its
 * workspace, or all for a key that none confines.
 * @throws DomainError not_found
 */
export async function getKeyPropagation(
  ctx: Ctx,
  { params }: { params: { id: string } },
): Promise<KeyPropagation> {
  const { db } = ctx.services;
  const { workspaceId, changeId, at } = await findKeyChange(ctx, params.id);
  const rows = await selectGateways(db)
    .where(
      and(
        visibleFleet(ctx, gateway),
        workspaceId === null ? undefined : eq(gateway.workspaceId, workspaceId),
      ),
    )
    .orderBy(asc(gateway.createdAt), asc(gateway.id));
  const required = await findRequiredVersions(db, rows, changeId);
  const times = await findAppliedTimes(db, rows, required);
  const connections = await connectionsOf(db, rows);
  const gateways = rows.map(
    (row): Row => ({
      gatewayId: row.id,
      name: row.name,
      workspaceId: row.workspaceId,
      state: gatewayState(row, connections.get(row.id) ?? []),
      ...progress(row, required.get(row.workspaceId), times.get(row.id)),
      staleMaxMs: row.staleMaxMs,
    }),
  );
  const applied = gateways.filter((each) => each.applied);
  const took = applied.flatMap(({ tookMs }) => (tookMs === null ? [] : [tookMs]));
  return {
    keyId: params.id,
    changedAt: at?.toISOString() ?? null,
    gatewaysCount: gateways.length,
    appliedCount: applied.length,
    slowestMs: took.length > 0 ? Math.max(...took) : null,
    gateways,
  };
}

/** Both moments are of the database's clock. */
function progress(
  { appliedVersion, createdAt }: Pick<ViewRow, 'appliedVersion' | 'createdAt'>,
  required: Required | undefined,
  appliedAt: Date | undefined,
): Pick<Row, 'applied' | 'appliedAt' | 'tookMs'> {
  if (!required || appliedVersion === null || appliedVersion < required.version) {
    return { applied: false, appliedAt: null, tookMs: null };
  }
  const { changedAt } = required;
  const isMeasured = changedAt !== null && appliedAt !== undefined && createdAt <= changedAt;
  return {
    applied: true,
    appliedAt: appliedAt?.toISOString() ?? null,
    tookMs: isMeasured ? Math.max(0, appliedAt.getTime() - changedAt.getTime()) : null,
  };
}
