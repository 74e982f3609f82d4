import type { Position } from '@tollkeeper/contract';
import { type SQL, sql } from 'drizzle-orm';
import type { Database } from '../db/connect.ts';
import { workspace, workspaceChange } from '../db/schema/index.ts';

/** Where a workspace stands, and whether a position is one of its past. */
export interface Standing extends Position {
  readonly workspaceId: string;
  /** When it did, by the database's clock: not later than what was read. In ms since 1970. */
  readonly readAtMs: number;
  /**
   * Whether the database holds the position that was asked about: `forgotten` when what followed on
   * it was purged, `no` when its history is another one. A null position is held.
   */
  readonly held: 'yes' | 'forgotten' | 'no';
}

export interface Asked {
  readonly workspaceId: string;
  readonly position: Position | null;
}

/** The start of the statement, which comes before whatever it sees. */
const READ_AT_MS = sql`(extract(epoch from now()) * 1000)::float8`;

/** In the order of the questions; undefined for a workspace that is gone. */
export async function readStandings(
  db: Database,
  asked: readonly Asked[],
): Promise<(Standing | undefined)[]> {
  const columns = [
    asked.map((each) => each.workspaceId),
    asked.map((each) => each.position?.version ?? null),
    asked.map((each) => each.position?.mark ?? null),
  ].map((column) => sql.param(column));
  const [ids, versions, marks] = columns;
  const { rows } = await db.execute<Row>(sql`
    select asked.place::int as place, ${workspace.id} as "workspaceId",
      ${workspace.version} as version, ${workspace.mark} as mark, ${READ_AT_MS} as "readAtMs",
      case
        when asked.version is null or ${isHeld(sql`asked.version`, sql`asked.mark`)} then 'yes'
        when asked.version < ${workspace.version} and not exists (
          select from ${workspaceChange} where ${workspaceChange.workspaceId} = ${workspace.id}
            and ${workspaceChange.version} = asked.version + 1
        ) then 'forgotten'
        else 'no'
      end as held
    from unnest(${ids}::text[], ${versions}::bigint[], ${marks}::uuid[])
      with ordinality as asked (id, version, mark, place)
    join ${workspace} on ${workspace.id} = asked.id`);
  const byPlace = new Map(rows.map((row) => [row.place, row]));
  return asked.map((_, at) => {
    const row = byPlace.get(at + 1);
    return row && standingOf(row);
  });
}

interface Row extends Record<string, unknown> {
  place: number;
  workspaceId: string;
  version: string;
  mark: string;
  readAtMs: number;
  held: Standing['held'];
}

function standingOf({ workspaceId, version, mark, readAtMs, held }: Row): Standing {
  return { workspaceId, version: Number(version), mark, readAtMs: Math.floor(readAtMs), held };
}

/** Whether the workspace of the query stands, or stood once, at the position. */
export function isHeld(version: SQL, mark: SQL): SQL {
  return sql`(
    ${workspace.version} = ${version} and ${workspace.mark} = ${mark} or exists (
      select from ${workspaceChange} where ${workspaceChange.workspaceId} = ${workspace.id}
        and ${workspaceChange.version} = ${version} + 1 and ${workspaceChange.previousMark} = ${mark}
    ))`;
}
