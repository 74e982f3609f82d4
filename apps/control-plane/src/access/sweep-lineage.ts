import { sql } from 'drizzle-orm';
import type { Database, Transaction } from '../db/connect.ts';
import { apiKey, deletedKey, keyRotation, organization } from '../db/schema/index.ts';
import { LIVING, leadsNowhere, NAMED } from './prune-lineage.ts';

/** Forgets all dead keys that lead to nothing that is left, and who gave deleted ones new secrets. */
export async function purgeLineage(db: Database): Promise<{ readonly rowCount: number }> {
  let rowCount = 0;
  for (const { id } of await db.select({ id: organization.id }).from(organization)) {
    rowCount += await sweep(db, id);
  }
  return { rowCount };
}

/** So many ids that a statement with them ends in time. */
const PART_MAX = 2000;

/** @returns how many dead keys it has forgotten */
async function sweep(db: Database, organizationId: string): Promise<number> {
  const gone = await db.transaction((tx) => findGone(tx, organizationId), {
    isolationLevel: 'repeatable read',
    accessMode: 'read only',
  });
  for (const part of partsOf(gone)) await forget(db, organizationId, part);
  return gone.length;
}

/**
 * Marks the dead keys that lead to one of these things, then those above them, and so on; and returns
 * the others, also those that lead to each other alone. All of it reads one snapshot: a key that dies
 * meanwhile would otherwise be neither dead nor living, and what it leads to would be lost. After the
 * snapshot, what a dead key leads to only becomes less, so that no lock is needed.
 */
async function findGone(tx: Transaction, organizationId: string): Promise<string[]> {
  const creators = await selectDead(tx, organizationId);
  const dead = [...creators.keys()];
  const leading = new Set<string>();
  const rotators = new Map<string, string[]>();
  for (const part of partsOf(dead)) {
    for (const id of await selectLeading(tx, organizationId, part)) leading.add(id);
    for (const { id, by } of await selectRotators(tx, organizationId, part)) {
      rotators.set(id, [...(rotators.get(id) ?? []), by]);
    }
  }
  // The set grows while it is gone through.
  for (const id of leading) {
    for (const above of [creators.get(id), ...(rotators.get(id) ?? [])]) {
      if (above && creators.has(above)) leading.add(above);
    }
  }
  return dead.filter((id) => !leading.has(id));
}

function partsOf(ids: readonly string[]): string[][] {
  return Array.from({ length: Math.ceil(ids.length / PART_MAX) }, (_, at) =>
    ids.slice(at * PART_MAX, (at + 1) * PART_MAX),
  );
}

/** The keys that are revoked and lead on, and the deleted ones, with what created each. */
async function selectDead(
  tx: Transaction,
  organizationId: string,
): Promise<Map<string, string | null>> {
  const { rows } = await tx.execute<{ id: string; by: string | null }>(sql`
    select ${apiKey.id} as id, ${apiKey.createdByKeyId} as by from ${apiKey}
      where ${apiKey.organizationId} = ${organizationId}
        and ${apiKey.status} = 'revoked' and ${apiKey.leadsOn}
    union all
    select ${deletedKey.id}, ${deletedKey.createdBy} from ${deletedKey}
      where ${deletedKey.organizationId} = ${organizationId}`);
  return new Map(rows.map(({ id, by }) => [id, by]));
}

async function selectLeading(
  tx: Transaction,
  organizationId: string,
  ids: readonly string[],
): Promise<string[]> {
  const { rows } = await tx.execute<{ id: string }>(sql`
    select dead.id from unnest(${sql.param(ids)}::text[]) as dead (id)
    where not ${leadsNowhere(organizationId, sql`dead.id`, [...LIVING, ...NAMED])}`);
  return rows.map(({ id }) => id);
}

async function selectRotators(tx: Transaction, organizationId: string, ids: readonly string[]) {
  const { rows } = await tx.execute<{ id: string; by: string }>(sql`
    select ${keyRotation.keyId} as id, ${keyRotation.rotatedBy} as by from ${keyRotation}
    where ${keyRotation.organizationId} = ${organizationId}
      and ${keyRotation.keyId} = any(${sql.param(ids)}::text[])`);
  return rows;
}

/** The record of a revoked key stays. */
async function forget(db: Database, organizationId: string, ids: readonly string[]): Promise<void> {
  const among = sql`any(${sql.param(ids)}::text[])`;
  await db.execute(sql`
    with revoked as (
      update ${apiKey} set leads_on = false
      where ${apiKey.organizationId} = ${organizationId} and ${apiKey.id} = ${among}
        and ${apiKey.status} = 'revoked'
    ), deleted as (
      delete from ${deletedKey}
      where ${deletedKey.organizationId} = ${organizationId} and ${deletedKey.id} = ${among}
    )
    delete from ${keyRotation} as rotation
    where rotation.organization_id = ${organizationId} and rotation.key_id = ${among}
      and not exists (select from ${apiKey} where ${apiKey.id} = rotation.key_id)`);
}
