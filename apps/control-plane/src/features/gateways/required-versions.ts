import { inArray, min, type SQL, sql } from 'drizzle-orm';
import type { Database } from '../../db/connect.ts';
import { gatewayVersion, workspaceChange } from '../../db/schema/index.ts';
import type { ViewRow } from './list-gateways.ts';

/**
 * The last change of the transaction that made the change, and when its versions were made; no row
 * when no workspace got a version by it.
 */
export function transactionOf(changeId: SQL): SQL {
  return sql`(
    select nearest.change_id, nearest.at from (
      select first_change_id, change_id, at from ${workspaceChange}
      where change_id >= ${changeId} order by change_id limit 1
    ) as nearest where first_change_id <= ${changeId}
  )`;
}

/** From which version on a workspace's gateways decide with a change. */
export interface Required {
  readonly version: number;
  /** When the version was made; null when that is remembered no more. */
  readonly changedAt: Date | null;
}

type Fleet = readonly Pick<ViewRow, 'id' | 'workspaceId' | 'currentVersion'>[];

/**
 * The version that its change became in each workspace. A change that is remembered no more (null)
 * is at most the version before the oldest that is.
 */
export async function findRequiredVersions(
  db: Database,
  fleet: Fleet,
  changeIds: ReadonlyMap<string, number | null>,
): Promise<ReadonlyMap<string, Required>> {
  const current = new Map(fleet.map((row) => [row.workspaceId, row.currentVersion]));
  const required = new Map<string, Required>();
  for (const row of await findVersions(db, changeIds)) {
    required.set(row.workspaceId, row);
  }
  const others = [...current.keys()].filter((id) => !required.has(id));
  const oldest = await findOldestVersions(db, others);
  for (const id of others) {
    const first = oldest.get(id);
    const version = first === undefined ? (current.get(id) ?? 0) : first - 1;
    required.set(id, { version, changedAt: null });
  }
  return required;
}

async function findVersions(db: Database, changeIds: ReadonlyMap<string, number | null>) {
  const known = [...changeIds].filter(([, changeId]) => changeId !== null);
  if (known.length === 0) return [];
  const { rows } = await db.execute<{ workspaceId: string; version: string; at: string }>(sql`
    select version.workspace_id as "workspaceId", version.version, version.at
    from unnest(${sql.param(known.map(([workspaceId]) => workspaceId))}::text[],
      ${sql.param(known.map(([, changeId]) => changeId))}::bigint[]) as asked (workspace_id, change_id)
    cross join lateral ${transactionOf(sql`asked.change_id`)} as made
    join ${workspaceChange} as version
      on version.change_id = made.change_id and version.workspace_id = asked.workspace_id`);
  return rows.map(({ workspaceId, version, at }) => ({
    workspaceId,
    version: Number(version),
    changedAt: new Date(at),
  }));
}

async function findOldestVersions(db: Database, workspaceIds: readonly string[]) {
  if (workspaceIds.length === 0) return new Map<string, number>();
  const rows = await db
    .select({ id: workspaceChange.workspaceId, version: min(workspaceChange.version) })
    .from(workspaceChange)
    .where(inArray(workspaceChange.workspaceId, [...workspaceIds]))
    .groupBy(workspaceChange.workspaceId);
  return new Map(rows.flatMap(({ id, version }) => (version === null ? [] : [[id, version]])));
}

/** When each gateway first said to decide with the required version or a later one. */
export async function findAppliedTimes(
  db: Database,
  fleet: Fleet,
  required: ReadonlyMap<string, Required>,
): Promise<ReadonlyMap<string, Date>> {
  const versions = fleet.map(({ workspaceId }) => required.get(workspaceId)?.version ?? null);
  // A look-up for each gateway: it may have applied thousands of versions since.
  const { rows } = await db.execute<{ id: string; at: string }>(sql`
    select asked.id, first.applied_at as at
    from unnest(${sql.param(fleet.map(({ id }) => id))}::text[],
      ${sql.param(versions)}::bigint[]) as asked (id, version),
    lateral (
      select ${gatewayVersion.appliedAt} from ${gatewayVersion}
      where ${gatewayVersion.gatewayId} = asked.id and ${gatewayVersion.version} >= asked.version
      order by ${gatewayVersion.version} limit 1
    ) as first`);
  return new Map(rows.map(({ id, at }) => [id, new Date(at)]));
}
