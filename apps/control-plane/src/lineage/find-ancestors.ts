import { ID_PREFIXES } from '@tollkeeper/contract';
import { type SQL, sql } from 'drizzle-orm';
import type { Database, Transaction } from '../db/connect.ts';
import { admission, apiKey, deletedKey, keyRotation, member } from '../db/schema/index.ts';

/**
 * Whatever keys and members may have come from, at any time: they themselves, keys and members.
 * @param removable whom a cascade removes (`findRemovable`): nothing comes from others
 */
export async function findAncestors(
  db: Database | Transaction,
  organizationId: string,
  ids: readonly string[],
  removable: SQL | undefined,
  ancestorsMax: number,
): Promise<string[]> {
  const id = sql`ancestor.id`;
  const isMember = sql`starts_with(${id}, ${ID_PREFIXES.member})`;
  const byMembers = sql`
    union all
    select ${apiKey.memberId} from ${apiKey}
      join ${member} on ${member.id} = ${apiKey.memberId} and ${removable ?? sql`false`}
      where ${apiKey.organizationId} = ${organizationId} and ${apiKey.id} = ${id}
    union all
    select unnest(array[${admission.createdByKeyId}, ${admission.invitedBy}])
      from ${admission} where ${isMember} and ${admission.organizationId} = ${organizationId}
        and ${admission.memberId} = ${id}`;
  const { rows } = await db.execute<{ id: string }>(sql`
    with recursive ancestor (id) as (
      select unnest(${sql.param(ids)}::text[])
      union
      select next.id from ancestor, lateral (
        select ${apiKey.createdByKeyId} from ${apiKey}
          where ${apiKey.organizationId} = ${organizationId} and ${apiKey.id} = ${id}
        union all
        select ${deletedKey.createdBy} from ${deletedKey}
          where ${deletedKey.organizationId} = ${organizationId} and ${deletedKey.id} = ${id}
        union all
        select ${keyRotation.rotatedBy} from ${keyRotation}
          where ${keyRotation.organizationId} = ${organizationId} and ${keyRotation.keyId} = ${id}
        ${byMembers}
        offset 0) as next (id)
      where next.id is not null
    ) select id from ancestor limit ${ancestorsMax}`);
  return rows.map((row) => row.id);
}
