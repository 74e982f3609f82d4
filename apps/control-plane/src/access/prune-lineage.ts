import { type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import type { PgTable } from 'drizzle-orm/pg-core';
import type { Transaction } from '../db/connect.ts';
import {
  admission,
  apiKey,
  auditEvent,
  chatDestination,
  deletedKey,
  gateway,
  invitation,
  joinKey,
  keyEdit,
  keyRotation,
  logStream,
  webhookEndpoint,
} from '../db/schema/index.ts';
import { defineUnawaitedWrite } from '../db/statement.ts';
import { awaitAtCommit } from '../db/transaction.ts';
import { CHANGED, eventActor } from './changed-access.ts';

/** Of keys: a revoked one that leads nowhere takes no part in a lineage. There may be any number of them. */
export const mayLead = sql`(${apiKey.status} <> 'revoked' or ${apiKey.leadsOn})`;

/** Where it shows what a key did, with the column that names the key, and what of it is left. */
export type Trace = readonly [table: PgTable, column: SQL, isLeft?: SQL];

/** What a cascade ends. */
export const LIVING: readonly Trace[] = [
  [apiKey, sql.raw('trace.created_by_key_id'), sql`trace.status <> 'revoked'`],
  [joinKey, sql.raw('trace.api_key_id')],
  [invitation, sql.raw('trace.created_by_key_id')],
  [admission, sql.raw('trace.created_by_key_id')],
  [gateway, sql.raw('trace.created_by_key_id')],
  [webhookEndpoint, sql.raw('trace.created_by_key_id')],
  [logStream, sql.raw('trace.created_by_key_id')],
  [chatDestination, sql.raw('trace.created_by_key_id')],
  [keyRotation, sql.raw('trace.rotated_by'), keyIs(sql`key.status <> 'revoked'`)],
];

/** Dead keys that lead to something, or to each other. */
const DEAD: readonly Trace[] = [
  [apiKey, sql.raw('trace.created_by_key_id'), sql`trace.status = 'revoked' and trace.leads_on`],
  [deletedKey, sql.raw('trace.created_by')],
  [keyRotation, sql.raw('trace.rotated_by'), keyIs(sql`key.status = 'revoked' and key.leads_on`)],
  [
    keyRotation,
    sql.raw('trace.rotated_by'),
    sql`exists (select from ${deletedKey} as key where key.id = trace.key_id offset 0)`,
  ],
];

/** What a cascade names, and leaves. */
export const NAMED: readonly Trace[] = [
  [keyEdit, sql.raw('trace.edited_by'), keyIs(sql`key.status <> 'revoked'`)],
  [auditEvent, eventActor(sql.raw('trace.actor')), sql`trace.action in ${CHANGED}`],
];

/** Of the key that a trace names, found by its id: an index by status would be read whole. */
function keyIs(condition: SQL): SQL {
  return sql`exists (select from
    (select status, leads_on from ${apiKey} where id = trace.key_id offset 0) as key
    where ${condition})`;
}

/**
 * Whether a key leads to nothing any more: neither to what it created or changed, nor to members whom it
 * invited. Each table is read by an index: without the offset, PostgreSQL may read all of it instead.
 */
export function leadsNowhere(
  organizationId: SQLWrapper | string,
  keyId: SQLWrapper | string,
  traces: readonly Trace[] = [...LIVING, ...DEAD, ...NAMED],
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
 */
export async function pruneAbove(
  tx: Transaction,
  organizationId: string,
  ids: readonly string[],
): Promise<void> {
  let above = ids;
  for (let generation = 0; above.length > 0 && generation < GENERATIONS_MAX; generation += 1) {
    const deleted = await tx.execute<Forgotten>(sql`
      delete from ${deletedKey}
      where ${deletedKey.organizationId} = ${organizationId}
        and ${deletedKey.id} = any(${sql.param(above)}::text[])
        and ${leadsNowhere(organizationId, deletedKey.id)}
      returning ${deletedKey.id}, array[${deletedKey.createdBy}] as above`);
    const revoked = await forgetRevoked(tx, organizationId, above);
    const deletedIds = deleted.rows.map(({ id }) => id);
    const rotators = await forgetRotations(tx, organizationId, deletedIds);
    const creators = [...deleted.rows, ...revoked].flatMap((each) => each.above);
    above = [...new Set([...creators, ...rotators])];
  }
}

/** How far up a deletion forgets dead keys; the purge forgets the rest. */
const GENERATIONS_MAX = 20;

type Forgotten = { readonly id: string; readonly above: string[] };

/**
 * What a revoked key leads to only becomes less, so that no lock is needed.
 * @returns those that lead nowhere from now on, with what created them or gave them a new secret
 */
async function forgetRevoked(
  tx: Transaction,
  organizationId: string,
  ids: readonly string[],
): Promise<Forgotten[]> {
  const { rows } = await tx.execute<Forgotten>(sql`
    update ${apiKey} set leads_on = false
    where ${apiKey.organizationId} = ${organizationId}
      and ${apiKey.id} = any(${sql.param(ids)}::text[])
      and ${apiKey.status} = 'revoked' and ${apiKey.leadsOn}
      and ${leadsNowhere(organizationId, apiKey.id)}
    returning ${apiKey.id},
      array_remove(array[${apiKey.createdByKeyId}, ${apiKey.memberId}], null) || array(
        select ${keyRotation.rotatedBy} from ${keyRotation}
        where ${keyRotation.organizationId} = ${apiKey.organizationId}
          and ${keyRotation.keyId} = ${apiKey.id}) as above`);
  return rows;
}

/** @returns who gave the keys, which are gone and lead nowhere, a new secret, or owned them */
export async function forgetRotations(
  tx: Transaction,
  organizationId: string,
  keyIds: readonly string[],
): Promise<string[]> {
  const { rows } = await tx.execute<{ id: string }>(sql`
    delete from ${keyRotation}
    where ${keyRotation.organizationId} = ${organizationId}
      and ${keyRotation.keyId} = any(${sql.param(keyIds)}::text[])
    returning ${keyRotation.rotatedBy} as id`);
  return rows.map(({ id }) => id);
}
