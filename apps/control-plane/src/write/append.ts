import type { Services } from '../context.ts';
import type { Transaction } from '../db/connect.ts';
import { defineUnawaitedWrite } from '../db/statement.ts';
import {
  type AuditEntry,
  type ChainEnd,
  type ChainedEvent,
  chainEvents,
  expectChainEnd,
} from './audit.ts';
import { type Change, concernsGateways } from './change.ts';

export const CHANGE_LOCK = 7_420_002;

/**
 * Appends events and changes, and gives each workspace that is concerned its next version. All changes
 * of the server pass here one by one: the lock is taken last, before the first id is drawn, and only
 * where there are changes. Members and roles may put somebody inside a running cascade: so what is
 * remembered of who is outside counts no more (`CASCADE_STAMP`).
 */
const appendAll = defineUnawaitedWrite<{ last: string | null }, unknown[]>(
  'append',
  `with chain as (
    update audit_chain set sequence = $7::bigint, hash = $8::bytea
    where organization_id = $1 and $7::bigint is not null
  ), event as (
    insert into audit_event (organization_id, sequence, id, at, actor, action, target, before, after,
      ip, user_agent, request_id, previous_hash, hash)
    select $1, given.*
    from unnest($9::bigint[], $10::text[], $11::timestamptz[], $12::jsonb[], $13::text[],
      $14::jsonb[], $15::jsonb[], $16::jsonb[], $17::text[], $18::text[], $19::text[], $20::bytea[],
      $21::bytea[]) as given
    returning sequence
  ), turned as (
    update running_cascade set stuck_at = stuck_at
    where organization_id = $1 and $2::text[] && array['member', 'role']
  ), turn as materialized (
    select pg_advisory_xact_lock(${CHANGE_LOCK}) from (select count(*) from event) as appended
    where cardinality($2::text[]) > 0
  ), added as (
    insert into change (organization_id, kind, subject_id, workspace_id)
    select $1, kind, subject_id, workspace_id
    from turn, unnest($2::text[], $3::text[], $4::text[])
      with ordinality as given (kind, subject_id, workspace_id, number)
    order by number
    returning id
  ), place as materialized (
    select id, version, revision from turn, workspace
    where organization_id = $1 and ($5::boolean or id = any($6::text[]))
    order by id for no key update of workspace
  ), moved as (
    update workspace set version = place.version + 1, revision = gen_random_uuid()
    from place where workspace.id = place.id
  ), stored as (
    insert into workspace_change
      (workspace_id, version, first_change_id, change_id, previous_revision, at)
    select id, version + 1, (select min(id) from added), (select max(id) from added), revision,
      clock_timestamp()
    from place
  )
  select max(id) as last from added`,
);

/** Events that one statement appends, so that it ends in time and its text fits into memory. */
const EVENTS_APPENDED_MAX = 1000;

/**
 * Appends the events, in order, to the chain whose end the transaction has locked, and the changes.
 * Must be the transaction's last statement if there are changes (`appendChanges`). Many events take
 * several statements, one after the other.
 * @returns once all is sent: what becomes the id of the last change, or 0 for none
 */
export async function append(
  tx: Transaction,
  services: Pick<Services, 'clock' | 'randomBytes'>,
  end: ChainEnd,
  entries: readonly AuditEntry[],
  changes: readonly Change[] = [],
): Promise<{ readonly lastChange: Promise<number> }> {
  const { organizationId } = end;
  const events = chainEvents(services, end, entries);
  const last = events.at(-1);
  if (last) expectChainEnd(tx, { organizationId, sequence: last.sequence, hash: last.hash });
  let at = 0;
  for (; events.length - at > EVENTS_APPENDED_MAX; at += EVENTS_APPENDED_MAX) {
    await send(tx, organizationId, events.slice(at, at + EVENTS_APPENDED_MAX), []);
  }
  return { lastChange: send(tx, organizationId, events.slice(at), changes) };
}

/**
 * Appends the changes, gives the workspaces that they concern a version, and returns the id of the
 * last change, or 0 for none. A key that is confined, or a policy of one, concerns its workspace, a gateway or a
 * workspace none, anything else all of the organization. Must be the transaction's last statement:
 * the lock holds until its end, and only so do ids and versions rise in the order of commits; a
 * change feed that has seen id 7 would else never look for a late 6.
 */
export function appendChanges(
  tx: Transaction,
  organizationId: string,
  changes: readonly Change[],
): Promise<number> {
  return send(tx, organizationId, [], changes);
}

async function send(
  tx: Transaction,
  organizationId: string,
  events: readonly ChainedEvent[],
  changes: readonly Change[],
): Promise<number> {
  if (events.length === 0 && changes.length === 0) return 0;
  const concerned = changes.filter(concernsGateways).map(workspaceOf);
  const last = events.at(-1);
  const [row] = await appendAll(tx, [
    organizationId,
    changes.map((change) => change.kind),
    changes.map((change) => change.subjectId),
    changes.map(workspaceOf),
    concerned.includes(null),
    [...new Set(concerned)],
    last?.sequence ?? null,
    last?.hash ?? null,
    events.map((event) => event.sequence),
    events.map((event) => event.id),
    events.map((event) => event.at.toISOString()),
    events.map((event) => JSON.stringify(event.actor)),
    events.map((event) => event.action),
    events.map((event) => JSON.stringify(event.target)),
    events.map((event) => event.before && JSON.stringify(event.before)),
    events.map((event) => event.after && JSON.stringify(event.after)),
    events.map((event) => event.ip),
    events.map((event) => event.userAgent),
    events.map((event) => event.requestId),
    events.map((event) => event.previousHash),
    events.map((event) => event.hash),
  ]);
  return Number(row?.last ?? 0);
}

function workspaceOf(change: Change): string | null {
  return 'workspaceId' in change ? change.workspaceId : null;
}
