import type { Position } from '@tollkeeper/protocol';
import { type SQL, sql } from 'drizzle-orm';
import type { Database } from '../db/connect.ts';
import { workspace, workspaceChange } from '../db/schema/index.ts';

/** Where a workspace stands, and whether a position is one of its past. */
export interface WorkspacePosition extends Position {
  readonly workspaceId: string;
  /** When it did, by the database's clock: not later than what was read. In ms since 1970. */
  readonly readAtMs: number;
  /**
   * Whether the database holds the position that was asked about: `forgotten` when what followed on
   * it was purged, `no` when its lineage is another one. A null position is contained.
   */
  readonly contained: 'yes' | 'purged' | 'no';
}

interface Asked {
  readonly workspaceId: string;
  readonly position: Position | null;
}

/** The start of the statement, which comes before whatever it sees. */
const READ_AT_MS = sql`(extract(epoch from now()) * 1000)::float8`;

/** In the order of the questions; undefined for a workspace that is gone. */
export async function readPositions(
  db: Database,
  asked: readonly Asked[],
): Promise<(WorkspacePosition | undefined)[]> {
  const columns = [
    asked.map((each) => each.workspaceId),
    asked.map((each) => each.position?.version ?? null),
    asked.map((each) => each.position?.revision ?? null),
  ].map((column) => sql.param(column));
  const [ids, versions, revisions] = columns;
  const { rows } = await db.execute<Row>(sql`
    select asked.place::int as place, ${workspace.id} as "workspaceId",
      ${workspace.version} as version, ${workspace.revision} as revision, ${READ_AT_MS} as "readAtMs",
      case
        when asked.version is null or ${containsPosition(sql`asked.version`, sql`asked.revision`)} then 'yes'
        when asked.version < ${workspace.version} and not exists (
          select from ${workspaceChange} where ${workspaceChange.workspaceId} = ${workspace.id}
            and ${workspaceChange.version} = asked.version + 1
        ) then 'purged'
        else 'no'
      end as contained
    from unnest(${ids}::text[], ${versions}::bigint[], ${revisions}::uuid[])
      with ordinality as asked (id, version, revision, place)
    join ${workspace} on ${workspace.id} = asked.id`);
  const byPlace = new Map(rows.map((row) => [row.place, row]));
  return asked.map((_, at) => {
    const row = byPlace.get(at + 1);
    return row && positionOf(row);
  });
}

interface Row extends Record<string, unknown> {
  place: number;
  workspaceId: string;
  version: string;
  revision: string;
  readAtMs: number;
  contained: WorkspacePosition['contained'];
}

function positionOf({
  workspaceId,
  version,
  revision,
  readAtMs,
  contained,
}: Row): WorkspacePosition {
  return {
    workspaceId,
    version: Number(version),
    revision,
    readAtMs: Math.floor(readAtMs),
    contained,
  };
}

/** Whether the workspace of the query stands, or stood once, at the position. */
export function containsPosition(version: SQL, revision: SQL): SQL {
  return sql`(
    ${workspace.version} = ${version} and ${workspace.revision} = ${revision} or exists (
      select from ${workspaceChange} where ${workspaceChange.workspaceId} = ${workspace.id}
        and ${workspaceChange.version} = ${version} + 1 and ${workspaceChange.previousRevision} = ${revision}
    ))`;
}
