import { type AuditEventView, auditActorId, auditEventView } from '@tollkeeper/contract';
import { and, eq, getTableColumns, type InferSelectModel, inArray, sql } from 'drizzle-orm';
import { unionAll } from 'drizzle-orm/pg-core';
import type { Ctx } from '../../context.ts';
import { apiKey, auditEvent, joinKey, member, user } from '../../db/schema/index.ts';

const { hash: _hash, previousHash: _previousHash, ...columns } = getTableColumns(auditEvent);

/** All that the hash of an event covers. */
export const eventColumns = columns;

export type EventRow = Omit<InferSelectModel<typeof auditEvent>, 'hash' | 'previousHash'>;

/** The events in the order of the rows, with the names of their actors. */
export async function eventViews(ctx: Ctx, rows: readonly EventRow[]): Promise<AuditEventView[]> {
  if (rows.length === 0) return [];
  const events = rows.map((row) =>
    auditEventView.parse({ ...row, at: row.at.toISOString(), actorName: null }),
  );
  const names = await readActorNames(
    ctx,
    events.flatMap(({ actor }) => auditActorId(actor) ?? []),
  );
  return events.map((event) => ({
    ...event,
    actorName: names.get(auditActorId(event.actor) ?? '') ?? null,
  }));
}

/** The names that the actors have now; of a deleted key, the name that its deletion recorded. */
async function readActorNames(
  { services: { db }, organizationId }: Ctx,
  actorIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const ids = [...new Set(actorIds)];
  if (ids.length === 0) return new Map();
  const deletedId = sql<string>`${auditEvent.target} ->> 'id'`;
  const rows = await unionAll(
    db
      .select({ id: member.id, name: sql<string>`${user.name}` })
      .from(member)
      .innerJoin(user, eq(user.id, member.userId))
      .where(and(eq(member.organizationId, organizationId), inArray(member.id, ids))),
    db
      .select({ id: apiKey.id, name: sql<string>`${apiKey.name}` })
      .from(apiKey)
      .where(and(eq(apiKey.organizationId, organizationId), inArray(apiKey.id, ids))),
    db
      .select({ id: joinKey.id, name: sql<string>`${joinKey.name}` })
      .from(joinKey)
      .where(and(eq(joinKey.organizationId, organizationId), inArray(joinKey.id, ids))),
    db
      .select({ id: deletedId, name: sql<string>`${auditEvent.target} ->> 'name'` })
      .from(auditEvent)
      .where(
        and(
          eq(auditEvent.organizationId, organizationId),
          // Written out: an index holds these events alone.
          sql`${auditEvent.action} = 'api_key.delete'`,
          inArray(deletedId, ids),
        ),
      ),
  );
  return new Map(rows.map(({ id, name }) => [id, name]));
}
