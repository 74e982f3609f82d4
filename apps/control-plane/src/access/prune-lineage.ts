import { type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import type { Database, Transaction } from '../db/connect.ts';
import {
  admission,
  apiKey,
  deletedKey,
  gateway,
  invitation,
  joinKey,
  keyEdit,
  keyRotation,
} from '../db/schema/index.ts';

/** Where it shows what a key did, with the column that names the key. */
const TRACES = [
  [apiKey, 'created_by_key_id'],
  [joinKey, 'api_key_id'],
  [invitation, 'created_by_key_id'],
  [admission, 'created_by_key_id'],
  [gateway, 'created_by_key_id'],
  [deletedKey, 'created_by'],
  [keyRotation, 'rotated_by'],
  [keyEdit, 'edited_by'],
] as const;

/**
 * Whether a key created nothing that is still there, let nobody in, and gave no key a new
 * secret or more than it had. Each is looked up by index: without the offset, PostgreSQL may read
 * a whole table instead.
 */
export function leadsNowhere(organizationId: SQLWrapper | string, keyId: SQLWrapper | string): SQL {
  const found = TRACES.map(
    // Named apart, as the key may be one of a row of the same table.
    ([table, column]) => sql`exists (
      select from ${table} as trace where trace.organization_id = ${organizationId}
        and ${equals(sql.raw(`trace.${column}`), keyId)} offset 0)`,
  );
  return sql`not (${sql.join(found, sql` or `)})`;
}

/**
 * Two comparisons are one by equality, of which PostgreSQL would know that one creator created nearly
 * everything, and read a whole table once for each creator.
 */
export function equals(column: SQLWrapper, id: SQLWrapper | string): SQL {
  return sql`${column} >= ${id} and ${column} <= ${id}`;
}

/**
 * Forgets deleted keys that lead nowhere since something below them is gone, then those above them,
 * and so on: a thief must not fill the lineage of a key with dead ones.
 * @param ids of keys, and of members, to which what is gone led back
 * @param generationsMax how far up; the purge forgets the rest
 */
export async function pruneAbove(
  db: Database | Transaction,
  organizationId: string,
  ids: readonly string[],
  generationsMax = 20,
): Promise<void> {
  let above = ids;
  for (let generation = 0; above.length > 0 && generation < generationsMax; generation += 1) {
    const { rows } = await db.execute<{ id: string; createdBy: string }>(sql`
      delete from ${deletedKey}
      where ${deletedKey.organizationId} = ${organizationId}
        and ${deletedKey.id} = any(${sql.param(above)}::text[])
        and ${leadsNowhere(organizationId, deletedKey.id)}
      returning ${deletedKey.id}, ${deletedKey.createdBy} as "createdBy"`);
    const forgotten = rows.map(({ id }) => id);
    const rotators = await forgetRotations(db, organizationId, forgotten);
    above = [...new Set([...rows.map(({ createdBy }) => createdBy), ...rotators])];
  }
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

/** Forgets all deleted keys that lead to nothing that is left, and who gave them new secrets. */
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
  return { rowCount: gone.length };
}
