import type { KeyPropagation, KeysPropagation } from '@tollkeeper/contract';
import { and, asc, inArray } from 'drizzle-orm';
import { holds } from '../../access/require-scope.ts';
import { visibleFleet } from '../../access/visibility.ts';
import type { Ctx } from '../../context.ts';
import { gateway } from '../../db/schema/index.ts';
import { findKeyChanges, type KeyChange, latestChange } from './key-changes.ts';
import { connectionsOf, gatewayState, selectGateways, type ViewRow } from './list-gateways.ts';
import { findAppliedTimes, findRequiredVersions, type Required } from './required-versions.ts';

/**
 * Which gateways decide with the last change of the key, and how long each took: those of its
 * workspace, or all for a key that none confines.
 * @throws DomainError not_found
 */
export async function getKeyPropagation(
  ctx: Ctx,
  { params }: { params: { id: string } },
): Promise<KeyPropagation> {
  const changes = await findKeyChanges(ctx, [params.id]);
  return { keyId: params.id, ...(await readPropagation(ctx, changes)) };
}

/**
 * Which gateways decide with the last changes of all the keys, as far as each concerns them.
 * @throws DomainError not_found naming the first key that the caller does not see
 */
export async function getKeysPropagation(
  ctx: Ctx,
  { body }: { body: { ids: readonly string[] } },
): Promise<KeysPropagation> {
  const changes = await findKeyChanges(ctx, [...new Set(body.ids)]);
  return { keysCount: changes.length, ...(await readPropagation(ctx, changes)) };
}

type Propagation = Omit<KeysPropagation, 'keysCount'>;
type Row = Propagation['gateways'][number];

/**
 * Which gateways decide with all of the changes that concern them. Versions rise in the order of
 * changes, so a gateway that has the last of them has all, and each took as long as the last.
 */
export async function readPropagation(
  ctx: Ctx,
  changes: readonly KeyChange[],
): Promise<Propagation> {
  const { db } = ctx.services;
  const rows = await selectGateways(db)
    .where(and(visibleFleet(ctx, gateway), concerned(changes)))
    .orderBy(asc(gateway.createdAt), asc(gateway.id));
  const lastIn = lastInWorkspaces(rows, changes);
  const required = await findRequiredVersions(db, rows, lastIn);
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
    changedAt: latestChange(changes)?.at?.toISOString() ?? null,
    gatewaysCount: gateways.length,
    appliedCount: applied.length,
    slowestMs: took.length > 0 ? Math.max(...took) : null,
    gateways: holds(ctx.scopes, 'fleet.read') ? gateways : [],
  };
}

/** Every gateway is, once a key among them is confined to no workspace. */
export function concerned(changes: readonly KeyChange[]) {
  const ids = changes.flatMap(({ workspaceId }) => (workspaceId === null ? [] : [workspaceId]));
  return ids.length < changes.length ? undefined : inArray(gateway.workspaceId, [...new Set(ids)]);
}

/** The change that the gateways of each workspace need, with which they have all before. */
export function lastInWorkspaces(
  rows: readonly Pick<ViewRow, 'workspaceId'>[],
  all: readonly KeyChange[],
) {
  const ids = new Set(rows.map(({ workspaceId }) => workspaceId));
  return new Map(
    [...ids].map((id) => {
      const own = all.filter(({ workspaceId }) => workspaceId === null || workspaceId === id);
      return [id, latestChange(own)?.changeId ?? null];
    }),
  );
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
