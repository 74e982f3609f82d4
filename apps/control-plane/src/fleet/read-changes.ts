import { sql } from 'drizzle-orm';
import type { Database } from '../db/connect.ts';
import { change, workspace, workspaceChange } from '../db/schema/index.ts';
import type { Change } from '../kernel/change.ts';

/** A change in what a workspace's gateways decide with. */
export interface WorkspaceChange {
  readonly workspaceId: string;
  readonly version: number;
  readonly kind: Change['kind'];
  readonly subjectId: string;
}

/** Where a workspace stands. */
export interface Standing {
  readonly workspaceId: string;
  readonly version: number;
  /** When it did, by the database's clock: not later than what was read. In ms since 1970. */
  readonly readAtMs: number;
}

/** Any number of workspaces whose changes are read at once, at most. */
const CHANGES_MAX = 1000;
/** The start of the statement, which comes before whatever it sees. */
const READ_AT_MS = sql`(extract(epoch from now()) * 1000)::float8`;

export interface ReadChanges {
  readonly changes: readonly WorkspaceChange[];
  readonly readAtMs: number;
  /** There are more. */
  readonly cut: boolean;
}

/** The changes of each workspace after the version, each workspace's in order. */
export async function readChanges(
  db: Database,
  after: readonly { readonly workspaceId: string; readonly version: number }[],
): Promise<ReadChanges> {
  const { rows } = await db.execute<{
    workspaceId: string;
    version: string;
    kind: Change['kind'];
    subjectId: string;
    readAtMs: number;
  }>(sql`
    select ${workspaceChange.workspaceId} as "workspaceId", ${workspaceChange.version} as version,
      ${change.kind} as kind, ${change.subjectId} as "subjectId", ${READ_AT_MS} as "readAtMs"
    from unnest(
      ${sql.param(after.map((each) => each.workspaceId))}::text[],
      ${sql.param(after.map((each) => each.version))}::bigint[]
    ) as known (id, version)
    join ${workspaceChange} on ${workspaceChange.workspaceId} = known.id
      and ${workspaceChange.version} > known.version
    join ${change} on ${change.id} = ${workspaceChange.changeId}
    order by ${workspaceChange.workspaceId}, ${workspaceChange.version}
    limit ${CHANGES_MAX}`);
  return {
    changes: rows.map(({ workspaceId, version, kind, subjectId }) => ({
      workspaceId,
      version: Number(version),
      kind,
      subjectId,
    })),
    readAtMs: Math.floor(rows[0]?.readAtMs ?? 0),
    cut: rows.length === CHANGES_MAX,
  };
}

/** Where each of the workspaces stands; one that is gone is left out. */
export async function readStandings(
  db: Database,
  workspaceIds: readonly string[],
): Promise<Standing[]> {
  const { rows } = await db.execute<{ id: string; version: string; readAtMs: number }>(sql`
    select ${workspace.id} as id, ${workspace.version} as version, ${READ_AT_MS} as "readAtMs"
    from ${workspace}
    where ${workspace.id} = any(${sql.param([...workspaceIds])}::text[])`);
  return rows.map(({ id, version, readAtMs }) => ({
    workspaceId: id,
    version: Number(version),
    readAtMs: Math.floor(readAtMs),
  }));
}
