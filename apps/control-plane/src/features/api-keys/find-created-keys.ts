import { type SQL, sql } from 'drizzle-orm';
import type { Ctx } from '../../context.ts';
import type { Transaction } from '../../db/connect.ts';
import { admission, apiKey, deletedKey, keyRotation, member } from '../../db/schema/index.ts';

/**
 * That a key created another one; that a key or a member gave a key a new secret; that a member joined
 * by an invitation of a key or of another member; or that a member owns a key, or owned it before it
 * was handed over or deleted. Both are ids of keys or of members.
 */
export interface Creation {
  readonly creator: string;
  readonly id: string;
}

/**
 * What the given keys created or gave a new secret, whom they admitted, what those created or own, and
 * so on; deleted keys and removed members too. Each once, in as many rounds as the longest line has
 * links.
 * @param removable whom the caller removes (`findRemovable`); others are left with all that is theirs
 * @param limit PostgreSQL goes on with the recursion only for as long as rows are taken from it
 */
export async function findCreations(
  tx: Transaction,
  { organizationId }: Ctx,
  rootIds: readonly string[],
  removable: SQL | undefined,
  limit: number,
): Promise<Creation[]> {
  const created = (creator: SQL) => createdBy(organizationId, creator, removable);
  const { rows } = await tx.execute<Creation & Record<string, string>>(sql`
    with recursive creation (creator, id) as (
      select root.id, first.id from unnest(${sql.param(rootIds)}::text[]) as root (id),
        lateral ${created(sql`root.id`)} as first (id)
      union
      select creation.id, next.id from creation,
        lateral ${created(sql`creation.id`)} as next (id)
    ) select creator, id from creation limit ${limit}`);
  return rows;
}

/** Begins a statement that reads the ids of both from `created (id)`. A given key may be among them. */
export function withCreated(
  { organizationId }: Ctx,
  rootIds: readonly string[],
  removable: SQL | undefined,
): SQL {
  const created = (creator: SQL) => createdBy(organizationId, creator, removable);
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
function createdBy(organizationId: string, creator: SQL, removable: SQL | undefined): SQL {
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
    ${removable ? createdByMembers(organizationId, creator, removable) : sql``}
    offset 0)`;
}

/**
 * A removed member is found through those who invited them, also long after. The two comparisons are
 * one by equality, of which PostgreSQL would know that one member may own nearly all keys, and read
 * all keys once for each creator.
 */
function createdByMembers(organizationId: string, creator: SQL, removable: SQL): SQL {
  return sql`
    union all
    select ${apiKey.id} from ${apiKey}
      where ${apiKey.organizationId} = ${organizationId}
        and ${apiKey.memberId} >= ${creator} and ${apiKey.memberId} <= ${creator}
    union all
    select ${member.id} from ${admittedBy(organizationId, creator)} as admitted (id)
      join ${member} on ${member.id} = admitted.id and ${removable}`;
}

/** Ids of the members who joined by an invitation of the creator, a key or a member. */
export function admittedBy(organizationId: string, creator: SQL): SQL {
  return sql`
    (select ${admission.memberId} from ${admission}
      where ${admission.organizationId} = ${organizationId}
        and ${admission.createdByKeyId} = ${creator}
    union all
    select ${admission.memberId} from ${admission}
      where ${admission.organizationId} = ${organizationId} and ${admission.invitedBy} = ${creator}
    offset 0)`;
}
