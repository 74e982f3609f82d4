import type { RouteInput, Routes } from '@tollkeeper/contract';
import { formatIpAddress, parseIpAddress } from '@tollkeeper/verify';
import { and, eq, gte, inArray, lt, or, type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import type { Ctx } from '../../context.ts';
import { apiKey, auditEvent, joinKey, member, user } from '../../db/schema/index.ts';
import { invalidField } from '../../domain-error.ts';

/** What the list and the export filter by. */
export type EventFilters = Omit<
  NonNullable<RouteInput<Routes['listAuditEvents']>['query']>,
  'limit' | 'cursor' | 'order'
>;

/**
 * The condition that all filters together set.
 * @param actors whose names contain the text that is searched for, where these are known
 * @throws DomainError validation_failed
 */
export function matchingEvents(
  ctx: Ctx,
  filters: EventFilters,
  actors?: readonly string[] | undefined,
): SQL | undefined {
  const { actorId, action, targetType, targetId, from, to, ip, requestId, search } = filters;
  return and(
    actorId === undefined ? undefined : byActor(actorId),
    action === undefined ? undefined : withAction(action),
    targetType === undefined ? undefined : eq(sql`${auditEvent.target} ->> 'type'`, targetType),
    targetId === undefined ? undefined : eq(sql`${auditEvent.target} ->> 'id'`, targetId),
    from === undefined ? undefined : gte(auditEvent.at, storableTime(from)),
    to === undefined ? undefined : lt(auditEvent.at, storableTime(to)),
    ip === undefined ? undefined : inArray(auditEvent.ip, writtenAs(ip)),
    requestId === undefined ? undefined : eq(auditEvent.requestId, requestId),
    search === undefined ? undefined : named(ctx, search, actors),
  );
}

/** A member's events are those of their keys as well; each of these names the member beside the key. */
function byActor(actorId: string): SQL {
  const field = ACTOR_FIELDS.get(actorId.slice(0, actorId.indexOf('_'))) ?? 'memberId';
  return eq(sql`${auditEvent.actor} ->> ${sql.raw(`'${field}'`)}`, actorId);
}

const ACTOR_FIELDS: ReadonlyMap<string, 'memberId' | 'keyId' | 'joinKeyId'> = new Map([
  ['mem', 'memberId'],
  ['key', 'keyId'],
  ['jk', 'joinKeyId'],
]);

const GROUP_END = '.*';

function withAction(action: string): SQL {
  if (!action.endsWith(GROUP_END)) return eq(auditEvent.action, action);
  return eq(sql`split_part(${auditEvent.action}, '.', 1)`, action.slice(0, -GROUP_END.length));
}

const TIME_MIN = Date.parse('1970-01-01T00:00:00Z');
const TIME_MAX = Date.parse('9999-12-31T00:00:00Z');

/** No event is outside these years, and PostgreSQL does not read every year that JavaScript writes. */
export function storableTime(text: string): Date {
  return new Date(Math.min(Math.max(Date.parse(text), TIME_MIN), TIME_MAX));
}

/** How a socket or a proxy may write the address. @throws DomainError validation_failed */
function writtenAs(text: string): string[] {
  const address = parseIpAddress(text);
  if (!address) throw invalidField('ip', 'must be an IPv4 or IPv6 address');
  const canonical = formatIpAddress(address);
  return address.family === 4 ? [canonical, `::ffff:${canonical}`] : [canonical];
}

/** Whether the name has the text, upper and lower case alike. */
export function contains(name: SQLWrapper, search: string): SQL {
  const pattern = `%${search.replace(/[\\%_]/g, '\\$&')}%`;
  return sql`lower(${name}) like lower(${pattern})`;
}

function named(
  { organizationId }: Ctx,
  search: string,
  actors: readonly string[] | undefined,
): SQL | undefined {
  const actor = sql`coalesce(${auditEvent.actor} ->> 'keyId', ${auditEvent.actor} ->> 'joinKeyId',
    ${auditEvent.actor} ->> 'memberId')`;
  const isTarget = contains(sql`${auditEvent.target} ->> 'name'`, search);
  if (actors) return or(isTarget, sql`${actor} = any(${sql.param(actors)}::text[])`);
  // For each event alone: the offsets of nothing keep PostgreSQL from reading all names first, with every statement.
  return or(
    isTarget,
    sql`exists (select from ${apiKey} where ${apiKey.organizationId} = ${organizationId}
      and ${apiKey.id} = ${actor} and ${contains(apiKey.name, search)} offset 0)`,
    sql`exists (select from ${member} join ${user} on ${user.id} = ${member.userId}
      where ${member.organizationId} = ${organizationId}
      and ${member.id} = ${actor} and ${contains(user.name, search)} offset 0)`,
    sql`exists (select from ${joinKey} where ${joinKey.organizationId} = ${organizationId}
      and ${joinKey.id} = ${actor} and ${contains(joinKey.name, search)} offset 0)`,
  );
}
