import { and, eq, gte, inArray, min, or } from 'drizzle-orm';
import type { Database } from '../../db/connect.ts';
import { gatewayVersion, workspaceChange } from '../../db/schema/index.ts';
import type { ViewRow } from './gateway-view.ts';

/** From which version on a workspace's gateways decide with a change. */
export interface Required {
  readonly version: number;
  /** When the version was made; null when that is remembered no more. */
  readonly changedAt: Date | null;
}

type Fleet = readonly Pick<ViewRow, 'id' | 'workspaceId' | 'currentVersion'>[];

/**
 * The version that the change became in each workspace. A change that is remembered no more is at
 * most the version before the oldest that is.
 */
export async function findRequiredVersions(
  db: Database,
  fleet: Fleet,
  changeId: number | null,
): Promise<ReadonlyMap<string, Required>> {
  const current = new Map(fleet.map((row) => [row.workspaceId, row.currentVersion]));
  const among = inArray(workspaceChange.workspaceId, [...current.keys()]);
  const oldest = await db
    .select({ id: workspaceChange.workspaceId, version: min(workspaceChange.version) })
    .from(workspaceChange)
    .where(among)
    .groupBy(workspaceChange.workspaceId);
  const exact =
    changeId === null
      ? []
      : await db
          .select({
            id: workspaceChange.workspaceId,
            version: workspaceChange.version,
            changedAt: workspaceChange.at,
          })
          .from(workspaceChange)
          .where(and(eq(workspaceChange.changeId, changeId), among));
  return new Map<string, Required>([
    ...[...current].map(([id, version]) => [id, { version, changedAt: null }] as const),
    ...oldest.map(
      ({ id, version }) => [id, { version: (version ?? 1) - 1, changedAt: null }] as const,
    ),
    ...exact.map(({ id, ...required }) => [id, required] as const),
  ]);
}

/** When each gateway first said to decide with the required version or a later one. */
export async function findAppliedTimes(
  db: Database,
  fleet: Fleet,
  required: ReadonlyMap<string, Required>,
): Promise<ReadonlyMap<string, Date>> {
  const reached = fleet.flatMap(({ id, workspaceId }) => {
    const { version } = required.get(workspaceId) ?? {};
    if (version === undefined) return [];
    return [and(eq(gatewayVersion.gatewayId, id), gte(gatewayVersion.version, version))];
  });
  if (reached.length === 0) return new Map();
  const rows = await db
    .select({ id: gatewayVersion.gatewayId, at: min(gatewayVersion.appliedAt) })
    .from(gatewayVersion)
    .where(or(...reached))
    .groupBy(gatewayVersion.gatewayId);
  return new Map(rows.flatMap(({ id, at }) => (at ? [[id, at] as const] : [])));
}
