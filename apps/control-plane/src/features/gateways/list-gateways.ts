import type { Gateway, GatewayState, RouteInput, Routes } from '@tollkeeper/contract';
import { vkeyText, witnessVerifierKey } from '@tollkeeper/transparency-log';
import { and, eq, getTableColumns } from 'drizzle-orm';
import { visibleFleet } from '../../access/visibility.ts';
import type { Ctx, Services } from '../../context.ts';
import type { Database, Transaction } from '../../db/connect.ts';
import { gateway, workspace } from '../../db/schema/index.ts';
import { notFound } from '../../domain-error.ts';
import { type Connection, hasIdentityConflict, listConnections } from '../../fleet/index.ts';
import { page, pageStart } from '../../http/page.ts';
import { logOrigin } from '../../transparency-log/index.ts';
import { etagOf } from '../../write/etag.ts';

type Query = NonNullable<RouteInput<Routes['listGateways']>['query']>;

export async function listGateways(ctx: Ctx, { query }: { query: Query }) {
  const { db } = ctx.services;
  const { after, order, limit } = pageStart(query, gateway);
  const asked = query.workspaceId ? eq(gateway.workspaceId, query.workspaceId) : undefined;
  const rows = await selectGateways(db)
    .where(and(visibleFleet(ctx, gateway), asked, after))
    .orderBy(...order)
    .limit(limit + 1);
  return page(await gatewayViews(ctx.services, db, rows), limit);
}

/** @throws DomainError not_found */
export function getGateway(ctx: Ctx, { params }: { params: { id: string } }): Promise<Gateway> {
  return readGateway(ctx.services.db, ctx, params.id);
}

type GatewayRow = typeof gateway.$inferSelect;

/** Gateways with the newest version of their workspace; narrowed by the caller. */
export function selectGateways(db: Database | Transaction) {
  return db
    .select({ ...getTableColumns(gateway), currentVersion: workspace.version })
    .from(gateway)
    .innerJoin(workspace, eq(workspace.id, gateway.workspaceId))
    .$dynamic();
}

export type ViewRow = Awaited<ReturnType<typeof selectGateways>>[number];

/** The gateways as a page shows them, in the order of the rows. */
async function gatewayViews(
  services: Pick<Services, 'baseUrl'>,
  db: Database | Transaction,
  rows: readonly ViewRow[],
): Promise<Gateway[]> {
  const connections = await connectionsOf(db, rows);
  return rows.map((row) => {
    const origin = logOrigin(services, row.organizationId);
    return gatewayView(row, connections.get(row.id) ?? [], origin);
  });
}

/** The connections of each gateway that stand now, the newest last. */
export async function connectionsOf(
  db: Database | Transaction,
  rows: readonly Pick<ViewRow, 'id'>[],
): Promise<ReadonlyMap<string, readonly Connection[]>> {
  const ids = rows.map((row) => row.id);
  return Map.groupBy(await listConnections(db, ids), (each) => each.gatewayId);
}

/** @param origin name of the organization's transparency log */
function gatewayView(row: ViewRow, connections: readonly Connection[], origin: string): Gateway {
  const health = connections.at(-1)?.health;
  return {
    id: row.id,
    name: row.name,
    workspaceId: row.workspaceId,
    labels: row.labels,
    state: gatewayState(row, connections),
    draining: row.draining,
    appliedVersion: row.appliedVersion,
    currentVersion: row.currentVersion,
    staleMaxMs: row.staleMaxMs,
    softwareVersion: row.softwareVersion,
    joinKeyId: row.joinKeyId,
    createdAt: row.createdAt.toISOString(),
    lastSeenAt: row.lastSeenAt?.toISOString() ?? null,
    callsPerMinute: health?.callsPerMinute ?? null,
    cpuPercent: health?.cpuPercent ?? null,
    memoryBytes: health?.memoryBytes ?? null,
    spooledCalls: health?.spooledCalls ?? null,
    fault: health?.fault ?? null,
    upstreams: health?.upstreams ?? [],
    instances: connections.map((each) => ({
      address: each.address,
      hostname: each.hostname,
      connectedAt: each.connectedAt.toISOString(),
    })),
    identityConflict: hasIdentityConflict(connections),
    witness: witnessView(row, origin),
    etag: gatewayEtag(row),
  };
}

function witnessView(
  { witnessKey, witnessSize, witnessedAt, witnessAlarm }: ViewRow,
  origin: string,
): Gateway['witness'] {
  return {
    key: witnessKey && vkeyText(witnessVerifierKey(origin, witnessKey)),
    size: witnessSize,
    cosignedAt: witnessedAt?.toISOString() ?? null,
    alarm: witnessAlarm && {
      kind: witnessAlarm.kind,
      at: new Date(witnessAlarm.atMs).toISOString(),
      kept: witnessAlarm.kept,
      received: witnessAlarm.received,
    },
  };
}

export function gatewayEtag({
  name,
  labels,
  draining,
}: Pick<GatewayRow, 'name' | 'labels' | 'draining'>): string {
  return etagOf({ name, labels, draining });
}

export function gatewayState(
  row: Pick<ViewRow, 'lastSeenAt' | 'appliedVersion' | 'currentVersion'>,
  connections: readonly Connection[],
): GatewayState {
  if (connections.length === 0) return row.lastSeenAt ? 'unreachable' : 'never_seen';
  const isBehind = row.appliedVersion === null || row.appliedVersion < row.currentVersion;
  return isBehind ? 'behind' : 'connected';
}

/** @throws DomainError not_found */
export async function readGateway(
  db: Database | Transaction,
  ctx: Ctx,
  id: string,
): Promise<Gateway> {
  const rows = await selectGateways(db).where(and(visibleFleet(ctx, gateway), eq(gateway.id, id)));
  const [view] = await gatewayViews(ctx.services, db, rows);
  if (!view) throw notFound('gateway', id);
  return view;
}

/** The gateway, locked until the transaction ends. @throws DomainError not_found */
export async function lockGateway(tx: Transaction, ctx: Ctx, id: string): Promise<GatewayRow> {
  const [row] = await tx
    .select()
    .from(gateway)
    .where(and(visibleFleet(ctx, gateway), eq(gateway.id, id)))
    .for('update');
  if (!row) throw notFound('gateway', id);
  return row;
}
