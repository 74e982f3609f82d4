import { and, eq, type SQL, sql } from 'drizzle-orm';
import type { Ctx } from '../../context.ts';
import type { Database, Transaction } from '../../db/connect.ts';
import { isStatementTimeout } from '../../db/database-errors.ts';
import {
  AUDIT_SEGMENT_EVENTS,
  apiKey,
  auditActingKey,
  auditChain,
  auditEvent,
  auditSegment,
  joinKey,
  member,
  user,
} from '../../db/schema/index.ts';
import { endStatementsBy } from '../../db/time-limit.ts';
import { contains } from './event-filters.ts';

/** A text that names are searched for. */
export interface NameSearch {
  /** In lower case, as the database has it. */
  readonly text: string;
  /** Actors with such a name, by their ids; undefined for too many to name, or to look up in time. */
  readonly actors: readonly string[] | undefined;
}

const ACTORS_MAX = 5000;
/** Beyond it, each event's actor is looked up instead. */
const TIME_MS = 1000;
/** Up to so many, looking up each key that acted is faster than reading the names of all. */
const ACTING_MAX = 20_000;

/**
 * Who has such a name, of those who acted up to the end that the log has now. The offsets of nothing keep
 * PostgreSQL from reading the names of all users and all keys first, of which few are meant.
 */
export async function searchNames(ctx: Ctx, search: string): Promise<NameSearch> {
  const { text, indexed, acting } = await readState(ctx, search);
  const { db } = ctx.services;
  const find = (tx: Database | Transaction) => findNamed(tx, ctx, search, { indexed, acting });
  const endsAt = performance.now() + TIME_MS;
  const finding =
    acting > ACTING_MAX
      ? db.transaction((tx) => endStatementsBy(tx, endsAt, () => find(tx)))
      : find(db);
  const rows = await finding.catch((error: unknown) => {
    if (!isStatementTimeout(error)) throw error;
    return undefined;
  });
  const isKnown = rows !== undefined && rows.length <= ACTORS_MAX;
  return { text, actors: isKnown ? rows.map(({ id }) => id) : undefined };
}

async function findNamed(
  tx: Database | Transaction,
  ctx: Ctx,
  search: string,
  { indexed, acting }: Pick<State, 'indexed' | 'acting'>,
): Promise<{ id: string }[]> {
  const { organizationId } = ctx;
  const { rows } = await tx.execute<{ id: string }>(sql`
    select ${member.id} from ${member}
    cross join lateral (select from ${user} where ${user.id} = ${member.userId}
      and ${contains(user.name, search)} offset 0) as named
    where ${member.organizationId} = ${organizationId}
    union all
    select ${joinKey.id} from ${joinKey}
    where ${joinKey.organizationId} = ${organizationId} and ${contains(joinKey.name, search)}
    union all
    ${acting > ACTING_MAX ? keysNamed(ctx, search) : actingKeysNamed(ctx, search, indexed)}
    limit ${ACTORS_MAX + 1}`);
  return rows;
}

interface State extends Record<string, unknown> {
  readonly text: string;
  /** The last event that a segment has. */
  readonly indexed: number;
  /** How many keys may have acted at most. */
  readonly acting: number;
}

async function readState({ services: { db }, organizationId }: Ctx, search: string) {
  const { rows } = await db.execute<State>(sql`
    select lower(${search}) as text, indexed, (keys + greatest(events - indexed, 0))::int as acting
    from (select
      coalesce((select max(${auditSegment.number}) + 1 from ${auditSegment}
        where ${auditSegment.organizationId} = ${organizationId}), 0) * ${AUDIT_SEGMENT_EVENTS}::int as indexed,
      coalesce((select ${auditChain.sequence} from ${auditChain}
        where ${auditChain.organizationId} = ${organizationId}), 0) as events,
      (select count(*) from (select from ${auditActingKey}
        where ${auditActingKey.organizationId} = ${organizationId} limit ${ACTING_MAX + 1}) as kept) as keys
    ) as state`);
  const [state] = rows;
  if (!state) throw new Error('A statement without a table has no row');
  return state;
}

function keysNamed({ organizationId }: Ctx, search: string): SQL {
  const isNamed = and(eq(apiKey.organizationId, organizationId), contains(apiKey.name, search));
  return sql`select ${apiKey.id} from ${apiKey} where ${isNamed}`;
}

function actingKeysNamed(ctx: Ctx, search: string, indexed: number): SQL {
  return sql`
    select named.id from (
      select ${auditActingKey.keyId} as key_id from ${auditActingKey}
      where ${auditActingKey.organizationId} = ${ctx.organizationId}
      union
      select ${auditEvent.actor} ->> 'keyId' from ${auditEvent}
      where ${auditEvent.organizationId} = ${ctx.organizationId} and ${auditEvent.sequence} > ${indexed}
    ) as acting
    cross join lateral (${keysNamed(ctx, search)} and ${apiKey.id} = acting.key_id offset 0) as named`;
}
