import { and, type SQL, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import type { Authority } from '../context.ts';
import { among } from '../db/among.ts';
import type { Database, Transaction } from '../db/connect.ts';
import { keyRotation } from '../db/schema/index.ts';
import type { Link } from './links.ts';
import type { ReadLinks } from './walk-links.ts';

/**
 * What a walk read, in statements of about a page. There may be a great many rotations: each id is kept
 * once, and nothing that leads to others than these.
 */
export async function readRotations(
  db: Database | Transaction,
  ctx: Authority,
  ids: readonly string[],
  reads: readonly ReadLinks[],
): Promise<readonly Link[]> {
  const known = new Map(ids.map((id) => [id, id]));
  const links: Link[] = [];
  for (const read of reads) {
    for (const link of await selectRotations(db, ctx, read, null)) {
      const [creator, id] = [known.get(link.creator), known.get(link.id)];
      if (creator !== undefined && id !== undefined) links.push({ ...link, creator, id });
    }
  }
  return links;
}

/** The keys that the keys and members gave new secrets or handed over. */
export function selectRotations(
  db: Database | Transaction,
  ctx: Authority,
  { ids, after, upTo }: ReadLinks,
  limit: number | null,
): Promise<Link[]> {
  // Of both columns, so that no index but the one that begins with the first of them serves it.
  const place = sql`(${keyRotation.rotatedBy}, ${keyRotation.keyId})`;
  const [id] = ids;
  const range = [
    among(keyRotation.rotatedBy, ids),
    ...(after === undefined ? [] : [sql`${place} > (${id}, ${after})`]),
    ...(upTo === undefined ? [] : [sql`${place} <= (${id}, ${upTo})`]),
  ];
  return selectLinks(db, ctx, and(...range), limit);
}

/** Who gave the keys new secrets or handed them over. */
export function selectRotationsOf(
  db: Database | Transaction,
  ctx: Authority,
  keyIds: readonly string[],
): Promise<Link[]> {
  return selectLinks(db, ctx, among(keyRotation.keyId, keyIds), null);
}

async function selectLinks(
  db: Database | Transaction,
  { organizationId }: Authority,
  condition: SQL | undefined,
  limit: number | null,
): Promise<Link[]> {
  const { rows } = await db.execute<{
    creator: string;
    id: string;
    first: string;
    last: string;
  }>(sql`
    select ${keyRotation.rotatedBy} as creator, ${keyRotation.keyId} as id,
      ${millis(keyRotation.firstAt)} as first, ${millis(keyRotation.lastAt)} as last
    from ${keyRotation}
    where ${keyRotation.organizationId} = ${organizationId} and ${condition}
    limit ${limit}::bigint`);
  return rows.map(({ creator, id, first, last }) => ({
    creator,
    id,
    firstAt: Number(first),
    lastAt: Number(last),
  }));
}

/** As a number that PostgreSQL writes without rounding, and the driver does not parse. */
function millis(column: PgColumn): SQL {
  return sql`(extract(epoch from ${column}) * 1000)::bigint`;
}
