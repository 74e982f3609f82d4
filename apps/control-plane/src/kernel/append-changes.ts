import type { Transaction } from '../db/connect.ts';
import { defineUnawaitedWrite } from '../db/statement.ts';
import { type Change, concernsGateways } from './change.ts';

const CHANGE_LOCK = 7_420_002;

/**
 * In one statement, as all changes of the server pass here one by one: takes the lock before the
 * first id is drawn, and gives each workspace that is concerned its next version.
 */
const insertChanges = defineUnawaitedWrite<{ last: string }, unknown[]>(
  'insert-changes',
  `with turn as materialized (
    select pg_advisory_xact_lock(${CHANGE_LOCK})
  ), added as (
    insert into change (organization_id, kind, subject_id, workspace_id)
    select $1, kind, subject_id, workspace_id
    from turn, unnest($2::text[], $3::text[], $4::text[])
      with ordinality as given (kind, subject_id, workspace_id, number)
    order by number
    returning id
  ), place as materialized (
    select id, version, mark from turn, workspace
    where organization_id = $1 and ($5::boolean or id = any($6::text[]))
    order by id for no key update of workspace
  ), moved as (
    update workspace set version = place.version + 1, mark = gen_random_uuid()
    from place where workspace.id = place.id
  ), stored as (
    insert into workspace_change
      (workspace_id, version, first_change_id, change_id, previous_mark, at)
    select id, version + 1, (select min(id) from added), (select max(id) from added), mark,
      clock_timestamp()
    from place
  )
  select max(id) as last from added`,
);

/**
 * Appends the changes, gives the workspaces that they concern a version, and returns the id of the
 * last change, or 0 for none. A key that is confined concerns its workspace, a gateway or a
 * workspace none, anything else all of the organization. Must be the transaction's last statement:
 * the lock holds until its end, and only so do ids and versions rise in the order of commits; a
 * change feed that has seen id 7 would else never look for a late 6.
 */
export async function appendChanges(
  tx: Transaction,
  organizationId: string,
  changes: readonly Change[],
): Promise<number> {
  if (changes.length === 0) return 0;
  const concerned = changes.filter(concernsGateways).map(workspaceOf);
  const [row] = await insertChanges(tx, [
    organizationId,
    changes.map((change) => change.kind),
    changes.map((change) => change.subjectId),
    changes.map(workspaceOf),
    concerned.includes(null),
    [...new Set(concerned)],
  ]);
  return Number(row?.last);
}

function workspaceOf(change: Change): string | null {
  return change.kind === 'key' ? change.workspaceId : null;
}
