import { eq, type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import type { PgTable } from 'drizzle-orm/pg-core';
import type { Database, Transaction } from '../db/connect.ts';
import {
  admission,
  apiKey,
  auditEvent,
  deletedKey,
  gateway,
  invitation,
  joinKey,
  keyEdit,
  keyRotation,
  organization,
} from '../db/schema/index.ts';
import { defineUnawaitedWrite } from '../db/statement.ts';
import { awaitAtCommit } from '../db/transaction.ts';
import { CHANGED_ACCESS, eventActor } from './changed-access.ts';

/** Of keys: a revoked one that leads nowhere takes no part in a lineage. There may be any number of them. */
export const mayLead = sql`(${apiKey.status} <> 'revoked' or ${apiKey.leadsOn})`;

/** Where it shows what a key did, with the column that names the key, and what of it is left. */
type Trace = readonly [table: PgTable, column: SQL, isLeft?: SQL];

/** What a cascade ends. */
const ENDED: readonly Trace[] = [
  [apiKey, sql.raw('trace.created_by_key_id'), sql`(trace.status <> 'revoked' or trace.leads_on)`],
  [joinKey, sql.raw('trace.api_key_id')],
  [invitation, sql.raw('trace.created_by_key_id')],
  [admission, sql.raw('trace.created_by_key_id')],
  [gateway, sql.raw('trace.created_by_key_id')],
  [deletedKey, sql.raw('trace.created_by')],
  [
    keyRotation,
    sql.raw('trace.rotated_by'),
    sql`not exists (select from ${apiKey} as key
      where key.id = trace.key_id and key.status = 'revoked' and not key.leads_on offset 0)`,
  ],
];

/** And what it names, and leaves. */
const ALL: readonly Trace[] = [
  ...ENDED,
  [
    keyEdit,
    sql.raw('trace.edited_by'),
    sql`exists (select from ${apiKey} as key
      where key.id = trace.key_id and key.status <> 'revoked' offset 0)`,
  ],
  [auditEvent, eventActor(sql.raw('trace.actor')), sql`trace.action in ${CHANGED_ACCESS}`],
];

/**
 * Whether nothing is left of what a key created or changed, and of whom it let in. Each is looked up by
 * index: without the offset, PostgreSQL may read a whole table instead.
 */
export function leadsNowhere(
  organizationId: SQLWrapper | string,
  keyId: SQLWrapper | string,
  traces = ALL,
): SQL {
  const found = traces.map(
    // Named apart, as the key may be one of a row of the same table.
    ([table, column, isLeft = sql`true`]) => sql`exists (
      select from ${table} as trace where trace.organization_id = ${organizationId}
        and ${equals(column, keyId)} and ${isLeft} offset 0)`,
  );
  return sql`not (${sql.join(found, sql` or `)})`;
}

const setLeadsOn = defineUnawaitedWrite<never, [keyId: string]>(
  'set-leads-on',
  'update api_key set leads_on = true where id = $1 and not leads_on',
);

/** Of a key that changes something: only the first time takes a row. */
export function recordLead(tx: Transaction, keyId: string): void {
  awaitAtCommit(tx, setLeadsOn(tx, [keyId]));
}

/**
 * Two comparisons are one by equality, of which PostgreSQL would know that one creator created nearly
 * everything, and read a whole table once for each creator.
 */
export function equals(column: SQLWrapper, id: SQLWrapper | string): SQL {
  return sql`${column} >= ${id} and ${column} <= ${id}`;
}

/**
 * Forgets dead keys that lead nowhere since something below them is gone, then those above them, and
 * so on: a thief must not fill the lineage of a key with dead ones. The record of a revoked key stays.
 * @param ids of keys, and of members, to which what is gone led back
 * @param generationsMax how far up; the purge forgets the rest
 * @returns how many
 */
export async function pruneAbove(
  db: Database | Transaction,
  organizationId: string,
  ids: readonly string[],
  generationsMax = 20,
  traces = ALL,
): Promise<number> {
  let above = ids;
  let count = 0;
  for (let generation = 0; above.length > 0 && generation < generationsMax; generation += 1) {
    const deleted = await db.execute<Forgotten>(sql`
      delete from ${deletedKey}
      where ${deletedKey.organizationId} = ${organizationId}
        and ${deletedKey.id} = any(${sql.param(above)}::text[])
        and ${leadsNowhere(organizationId, deletedKey.id, traces)}
      returning ${deletedKey.id}, array[${deletedKey.createdBy}] as above`);
    const revoked = await forgetRevoked(db, organizationId, above, traces);
    const deletedIds = deleted.rows.map(({ id }) => id);
    const rotators = await forgetRotations(db, organizationId, deletedIds);
    count += deleted.rows.length + revoked.length;
    const creators = [...deleted.rows, ...revoked].flatMap((each) => each.above);
    above = [...new Set([...creators, ...rotators])];
  }
  return count;
}

type Forgotten = { readonly id: string; readonly above: string[] };

/**
 * What a revoked key leads to only becomes less, so that no lock is needed.
 * @returns those that lead nowhere from now on, with what created them or gave them a new secret
 */
async function forgetRevoked(
  db: Database | Transaction,
  organizationId: string,
  ids: readonly string[],
  traces: readonly Trace[],
): Promise<Forgotten[]> {
  const { rows } = await db.execute<Forgotten>(sql`
    update ${apiKey} set leads_on = false
    where ${apiKey.organizationId} = ${organizationId}
      and ${apiKey.id} = any(${sql.param(ids)}::text[])
      and ${apiKey.status} = 'revoked' and ${apiKey.leadsOn}
      and ${leadsNowhere(organizationId, apiKey.id, traces)}
    returning ${apiKey.id},
      array_remove(array[${apiKey.createdByKeyId}, ${apiKey.memberId}], null) || array(
        select ${keyRotation.rotatedBy} from ${keyRotation}
        where ${keyRotation.organizationId} = ${apiKey.organizationId}
          and ${keyRotation.keyId} = ${apiKey.id}) as above`);
  return rows;
}

/** @returns who gave the keys, which are gone and lead nowhere, a new secret, or owned them */
export async function forgetRotations(
  db: Database | Transaction,
  organizationId: string,
  keyIds: readonly string[],
): Promise<string[]> {
  const { rows } = await db.execute<{ id: string }>(sql`
    delete from ${keyRotation}
    where ${keyRotation.organizationId} = ${organizationId}
      and ${keyRotation.keyId} = any(${sql.param(keyIds)}::text[])
    returning ${keyRotation.rotatedBy} as id`);
  return rows.map(({ id }) => id);
}

/** How long a line of dead keys one purge forgets; the next one goes on. */
const PURGED_GENERATIONS_MAX = 10_000;

/** Forgets all dead keys that lead to nothing that is left, and who gave deleted ones new secrets. */
export async function purgeLineage(db: Database): Promise<{ readonly rowCount: number }> {
  const keys = await db.execute<{ organizationId: string; above: string }>(sql`
    delete from ${deletedKey}
    where ${leadsNowhere(deletedKey.organizationId, deletedKey.id)}
    returning ${deletedKey.organizationId} as "organizationId", ${deletedKey.createdBy} as above`);
  const rotations = await db.execute<{ organizationId: string; above: string }>(sql`
    delete from ${keyRotation} as rotation
    where not exists (select from ${apiKey}
        where ${apiKey.organizationId} = rotation.organization_id and ${apiKey.id} = rotation.key_id)
      and ${leadsNowhere(sql`rotation.organization_id`, sql`rotation.key_id`)}
    returning rotation.organization_id as "organizationId", rotation.rotated_by as above`);
  const gone = [...keys.rows, ...rotations.rows];
  for (const [id, above] of Map.groupBy(gone, ({ organizationId }) => organizationId)) {
    const ids = [...new Set(above.map((each) => each.above))];
    await pruneAbove(db, id, ids, PURGED_GENERATIONS_MAX);
  }
  for (const { id } of await db.select({ id: organization.id }).from(organization)) {
    await pruneInParts(db, id, await selectRevoked(db, id), PURGED_GENERATIONS_MAX, ALL);
  }
  return { rowCount: gone.length };
}

/** How far up a request forgets dead keys. */
const GENERATIONS_IN_REQUEST_MAX = 1000;

/**
 * For a search that dead keys hold up: forgets all of an organization that lead to nothing that a cascade
 * would end. What they changed is not named any more.
 * @returns whether there were any
 */
export async function pruneToEnd(db: Database, organizationId: string): Promise<boolean> {
  const deleted = await db
    .select({ id: deletedKey.id })
    .from(deletedKey)
    .where(eq(deletedKey.organizationId, organizationId));
  const ids = [...(await selectRevoked(db, organizationId)), ...deleted.map(({ id }) => id)];
  return (await pruneInParts(db, organizationId, ids, GENERATIONS_IN_REQUEST_MAX, ENDED)) > 0;
}

async function selectRevoked(db: Database, organizationId: string): Promise<string[]> {
  const rows = await db
    .select({ id: apiKey.id })
    .from(apiKey)
    .where(
      sql`${apiKey.organizationId} = ${organizationId} and ${apiKey.status} = 'revoked' and ${apiKey.leadsOn}`,
    );
  return rows.map(({ id }) => id);
}

/** So many ids that a statement with them ends in time. */
const PART_MAX = 2000;

async function pruneInParts(
  db: Database,
  organizationId: string,
  ids: readonly string[],
  generationsMax: number,
  traces: readonly Trace[],
): Promise<number> {
  let count = 0;
  for (let at = 0; at < ids.length; at += PART_MAX) {
    const part = ids.slice(at, at + PART_MAX);
    count += await pruneAbove(db, organizationId, part, generationsMax, traces);
  }
  return count;
}
