import { sql } from 'drizzle-orm';
import type { Database } from '../db/connect.ts';
import { change, workspaceChange } from '../db/schema/index.ts';
import type { AppendedChange } from '../write/change.ts';

/** What changed for a workspace's gateways. */
export type SubjectChange = Pick<AppendedChange, 'kind' | 'subjectId'>;

/** What a version changed in what a workspace's gateways decide with. */
export interface WorkspaceVersion {
  readonly workspaceId: string;
  readonly version: number;
  /** Null when they are too many to be sent one by one. */
  readonly changes: readonly SubjectChange[] | null;
}

/** Of one version, at most. */
const VERSION_CHANGES_MAX = 1000;
/** Of any number of versions that are read at once: room for the largest, and for part of a next one. */
const CHANGES_MAX = 2 * VERSION_CHANGES_MAX;

interface ReadVersions {
  readonly versions: readonly WorkspaceVersion[];
  /** There are more. */
  readonly cut: boolean;
}

interface Row extends Record<string, unknown> {
  readonly workspaceId: string;
  readonly version: string;
  readonly kind: SubjectChange['kind'] | null;
  readonly subjectId: string | null;
}

/** The versions of each workspace after the one that is known, each workspace's in order. */
export async function readChanges(
  db: Database,
  after: readonly { readonly workspaceId: string; readonly version: number }[],
): Promise<ReadVersions> {
  const { rows } = await db.execute<Row>(sql`
    select ${workspaceChange.workspaceId} as "workspaceId", ${workspaceChange.version} as version,
      ${change.kind} as kind, ${change.subjectId} as "subjectId"
    from unnest(
      ${sql.param(after.map((each) => each.workspaceId))}::text[],
      ${sql.param(after.map((each) => each.version))}::bigint[]
    ) as known (id, version)
    join ${workspaceChange} on ${workspaceChange.workspaceId} = known.id
      and ${workspaceChange.version} > known.version
    left join ${change}
      on ${workspaceChange.changeId} - ${workspaceChange.firstChangeId} < ${VERSION_CHANGES_MAX}
      and ${change.id} between ${workspaceChange.firstChangeId} and ${workspaceChange.changeId}
      and ${change.kind} not in ('gateway', 'workspace')
      and (${change.workspaceId} is null or ${change.workspaceId} = ${workspaceChange.workspaceId})
    order by ${workspaceChange.workspaceId}, ${workspaceChange.version}, ${change.id}
    limit ${CHANGES_MAX}`);
  const versions = [...Map.groupBy(rows, nameOf).values()].flatMap(versionOf);
  const cut = rows.length === CHANGES_MAX;
  // Of the last one, changes may be missing.
  return { versions: cut ? versions.slice(0, -1) : versions, cut };
}

export function changesOf(versions: readonly WorkspaceVersion[]): SubjectChange[] {
  return versions.flatMap(({ changes }) => changes ?? []);
}

function nameOf({ workspaceId, version }: Row): string {
  return `${workspaceId} ${version}`;
}

function versionOf(rows: readonly Row[]): WorkspaceVersion[] {
  return rows.slice(0, 1).map(({ workspaceId, version }) => {
    const changes = rows.flatMap(({ kind, subjectId }) =>
      kind === null || subjectId === null ? [] : [{ kind, subjectId }],
    );
    return {
      workspaceId,
      version: Number(version),
      changes: changes.length === 0 ? null : changes,
    };
  });
}
