import { ID_PREFIXES } from '@tollkeeper/contract';
import { type SQL, sql } from 'drizzle-orm';
import type { Ctx } from '../../context.ts';
import type { Database, Transaction } from '../../db/connect.ts';
import { admission, apiKey, deletedKey, keyRotation, member } from '../../db/schema/index.ts';

/**
 * Ids of keys and members, each once and followed once, in as many rounds as the longest line has
 * links. A loop by index in each round: joined otherwise, a long line of keys would read all keys once
 * for each of its links. PostgreSQL goes on with the recursion only for as long as rows are taken.
 */
export async function findLinked(
  db: Database | Transaction,
  { organizationId }: Ctx,
  rootIds: readonly string[],
  removable: SQL | undefined,
  limit: number,
): Promise<string[]> {
  const creator = sql`linked.id`;
  const isMember = sql`starts_with(${creator}, ${ID_PREFIXES.member})`;
  const { rows } = await db.execute<{ id: string }>(sql`
    with recursive linked (id) as (
      select unnest(${sql.param(rootIds)}::text[])
      union
      select next.id from linked, lateral (
        select ${apiKey.id} from ${apiKey}
          where ${apiKey.organizationId} = ${organizationId}
            and ${apiKey.createdByKeyId} = ${creator} and not ${isMember}
        union all
        select ${deletedKey.id} from ${deletedKey}
          where ${deletedKey.organizationId} = ${organizationId}
            and ${deletedKey.createdBy} = ${creator}
        union all
        select ${keyRotation.keyId} from ${keyRotation}
          where ${keyRotation.organizationId} = ${organizationId}
            and ${keyRotation.rotatedBy} = ${creator}
        ${removable ? linkedByMembers(organizationId, creator, removable) : sql``}
        offset 0) as next (id)
    ) select id from linked limit ${limit}`);
  return rows.map(({ id }) => id);
}

/**
 * The two comparisons are one by equality, of which PostgreSQL would know that one member may own
 * nearly all keys, and read all keys once for each creator.
 */
function linkedByMembers(organizationId: string, creator: SQL, removable: SQL): SQL {
  const isMember = sql`starts_with(${creator}, ${ID_PREFIXES.member})`;
  return sql`
    union all
    select ${apiKey.id} from ${apiKey}
      where ${apiKey.organizationId} = ${organizationId} and ${isMember}
        and ${apiKey.memberId} >= ${creator} and ${apiKey.memberId} <= ${creator}
    union all
    select ${member.id} from
      (select ${admission.memberId} from ${admission}
        where ${admission.organizationId} = ${organizationId}
          and ${admission.createdByKeyId} = ${creator} and not ${isMember}
      union all
      select ${admission.memberId} from ${admission}
        where ${admission.organizationId} = ${organizationId} and ${isMember}
          and ${admission.invitedBy} = ${creator}
      offset 0) as admitted (id)
      join ${member} on ${member.id} = admitted.id and ${removable}`;
}
