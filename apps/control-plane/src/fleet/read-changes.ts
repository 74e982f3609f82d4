import { sql } from 'drizzle-orm';
import type { Database } from '../db/connect.ts';
import { change, workspaceChange } from '../db/schema/index.ts';
import type { Change } from '../kernel/change.ts';

/** A change in what a workspace's gateways decide with. */
export interface WorkspaceChange {
  readonly workspaceId: string;
  readonly version: number;
  readonly kind: Change['kind'];
  readonly subjectId: string;
}

/** Any number of workspaces whose changes are read at once, at most. */
const CHANGES_MAX = 1000;

export interface ReadChanges {
  readonly changes: readonly WorkspaceChange[];
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
  }>(sql`
    select ${workspaceChange.workspaceId} as "workspaceId", ${workspaceChange.version} as version,
      ${change.kind} as kind, ${change.subjectId} as "subjectId"
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
    cut: rows.length === CHANGES_MAX,
  };
}
