import { type SQL, sql } from 'drizzle-orm';
import type { Database, Transaction } from '../../db/connect.ts';
import { apiKey, deletedKey, keyRotation } from '../../db/schema/index.ts';
import type { Ctx } from '../../kernel/context.ts';

/**
 * The ids of the keys that the given keys created or gave a new secret, of those that they did, and
 * so on; deleted ones too. A given key may be among them.
 */
export async function findCreatedKeys(
  db: Database | Transaction,
  ctx: Ctx,
  rootIds: readonly string[],
): Promise<string[]> {
  const { rows } = await db.execute<{ id: string }>(sql`
    ${withCreatedKeys(ctx, rootIds)} select id from created`);
  return rows.map((row) => row.id);
}

/** Begins a statement that reads these ids from `created (id)`. */
export function withCreatedKeys({ organizationId }: Ctx, rootIds: readonly string[]): SQL {
  // A loop by index in each round: joined otherwise, a long line of keys would read all keys once
  // for each of its links.
  const createdBy = (creator: SQL) => sql`
    (select ${apiKey.id} from ${apiKey}
      where ${apiKey.organizationId} = ${organizationId} and ${apiKey.createdByKeyId} = ${creator}
    union all
    select ${deletedKey.id} from ${deletedKey}
      where ${deletedKey.organizationId} = ${organizationId}
        and ${deletedKey.createdByKeyId} = ${creator}
    union all
    select ${keyRotation.keyId} from ${keyRotation}
      where ${keyRotation.organizationId} = ${organizationId}
        and ${keyRotation.rotatedByKeyId} = ${creator}
    offset 0)`;
  return sql`with recursive created (id) as (
      select first.id from unnest(${sql.param(rootIds)}::text[]) as root (id),
        lateral ${createdBy(sql`root.id`)} as first (id)
      union
      select next.id from created, lateral ${createdBy(sql`created.id`)} as next (id)
    )`;
}
