import { ID_PREFIXES } from '@tollkeeper/contract';
import { sql } from 'drizzle-orm';
import { CHANGED_SETTINGS, eventActor } from '../../access/changed-access.ts';
import { visibleEvents } from '../../access/visibility.ts';
import type { Authority } from '../../context.ts';
import type { Reader } from '../../db/among.ts';
import type { Database, Transaction } from '../../db/connect.ts';
import { auditEvent } from '../../db/schema/index.ts';
import type { Descendants } from '../../lineage/trace-descendants.ts';

/** The last event of those that changed the same by the same action. */
export interface ChangedSetting {
  readonly id: string;
  readonly action: string;
  readonly actorId: string;
  readonly targetType: string;
  readonly targetId: string;
  readonly targetName: string;
  readonly root: string;
}

/**
 * What came from a root changed of settings or deleted for good, as the audit log has it: the events
 * that the caller might see.
 */
export async function findChangedSettings(
  db: Database | Transaction,
  ctx: Authority,
  descendants: Descendants,
  reader: Reader,
): Promise<ChangedSetting[]> {
  const events = await reader.readRows((ids, limit) => selectEvents(db, ctx, ids, limit));
  const last = new Map<string, ChangedSetting>();
  for (const { at, ...event } of events.toSorted((a, b) => Number(b.at) - Number(a.at))) {
    const root = descendants.rootOf([event.actorId], Number(at));
    const what = `${event.action} ${event.targetId}`;
    if (root !== undefined && !last.has(what)) last.set(what, { ...event, root });
  }
  return [...last.values()];
}

type EventRow = Omit<ChangedSetting, 'root'> & { readonly at: string };

/** Of a key, the last of each: what it did later counts if anything does. Of a member, all. */
async function selectEvents(
  db: Database | Transaction,
  ctx: Authority,
  ids: readonly string[],
  limit: number | null,
) {
  const actor = eventActor(auditEvent.actor);
  const target = (field: string) => sql`${auditEvent.target} ->> ${sql.raw(`'${field}'`)}`;
  const { rows } = await db.execute<EventRow & Record<string, unknown>>(sql`
    select distinct on (1, 2, 3, 4)
      ${actor} as "actorId", ${auditEvent.action} as action, ${target('id')} as "targetId",
      case when starts_with(${actor}, ${ID_PREFIXES.member}) then ${auditEvent.id} end as each,
      ${target('type')} as "targetType", ${target('name')} as "targetName", ${auditEvent.id} as id,
      (extract(epoch from ${auditEvent.at}) * 1000)::bigint as at
    from ${auditEvent}
    where ${visibleEvents(ctx)}
      and ${actor} = any(${sql.param(ids)}::text[])
      and ${auditEvent.action} in ${CHANGED_SETTINGS}
    order by 1, 2, 3, 4, ${auditEvent.at} desc, ${auditEvent.sequence} desc
    limit ${limit}::bigint`);
  return rows;
}
