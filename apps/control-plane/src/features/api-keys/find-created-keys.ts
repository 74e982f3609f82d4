import { type SQL, sql } from 'drizzle-orm';
import type { Transaction } from '../../db/connect.ts';
import { apiKey, deletedKey, keyRotation } from '../../db/schema/index.ts';
import type { Ctx } from '../../kernel/context.ts';

/** That a key created another one, or gave it a new secret. */
export interface Creation {
  readonly creator: string;
  readonly id: string;
}

/**
 * What the given keys created or gave a new secret, what that did, and so on; deleted keys too. Each
 * once, in as many rounds as the longest line of keys has links.
 */
export async function findCreations(
  tx: Transaction,
  { organizationId }: Ctx,
  rootIds: readonly string[],
): Promise<Creation[]> {
  const created = (creator: SQL) => createdBy(organizationId, creator);
  const { rows } = await tx.execute<Creation & Record<string, string>>(sql`
    with recursive creation (creator, id) as (
      select root.id, first.id from unnest(${sql.param(rootIds)}::text[]) as root (id),
        lateral ${created(sql`root.id`)} as first (id)
      union
      select creation.id, next.id from creation,
        lateral ${created(sql`creation.id`)} as next (id)
    ) select creator, id from creation`);
  return rows;
}

/** Begins a statement that reads their ids from `created (id)`. A given key may be among them. */
export function withCreatedKeys({ organizationId }: Ctx, rootIds: readonly string[]): SQL {
  const created = (creator: SQL) => createdBy(organizationId, creator);
  return sql`with recursive created (id) as (
      select first.id from unnest(${sql.param(rootIds)}::text[]) as root (id),
        lateral ${created(sql`root.id`)} as first (id)
      union
      select next.id from created, lateral ${created(sql`created.id`)} as next (id)
    )`;
}

/**
 * A loop by index in each round: joined otherwise, a long line of keys would read all keys once for
 * each of its links.
 */
function createdBy(organizationId: string, creator: SQL): SQL {
  return sql`
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
}
