import { ID_PREFIXES } from '@tollkeeper/contract';
import { type SQL, sql } from 'drizzle-orm';
import { mayLead } from '../../access/prune-lineage.ts';
import type { Authority } from '../../context.ts';
import { admission, apiKey, deletedKey, keyRotation, member } from '../../db/schema/index.ts';
import { type LinkBranch, type Links, WALKED } from '../../lineage/read-links.ts';

/**
 * What keys and members are linked to, whenever that was. Keys that are revoked and lead nowhere are left
 * out: there may be any number of them. A rotated key is found before its status is asked: PostgreSQL
 * may go through all revoked keys for each of them otherwise.
 * @param removable whom the caller removes (`findRemovable`)
 */
export function downwardLinks({ organizationId }: Authority, removable: SQL | undefined): Links {
  const isMember = sql`starts_with(${WALKED}, ${ID_PREFIXES.member})`;
  const branches: LinkBranch[] = [
    {
      id: apiKey.id,
      from: (is) => sql`from ${apiKey} where ${apiKey.organizationId} = ${organizationId}
        and ${is(apiKey.createdByKeyId)} and not ${isMember} and ${mayLead}`,
    },
    {
      id: deletedKey.id,
      from: (is) => sql`from ${deletedKey} where ${deletedKey.organizationId} = ${organizationId}
        and ${is(deletedKey.createdBy)}`,
    },
    {
      id: keyRotation.keyId,
      isChecked: true,
      orderedBy: keyRotation.rotatedBy,
      from: (is) => sql`from ${keyRotation} where ${keyRotation.organizationId} = ${organizationId}
        and ${is(keyRotation.rotatedBy)}`,
    },
  ];
  const isKept = (id: SQL) => sql`not exists (select from (select * from ${apiKey}
      where ${apiKey.organizationId} = ${organizationId} and ${apiKey.id} = ${id}
      offset 0) as ${apiKey}
    where not ${mayLead} offset 0)`;
  if (removable) branches.push(...linksOfMembers(organizationId, removable, isMember));
  return { branches, isKept };
}

function linksOfMembers(organizationId: string, removable: SQL, isMember: SQL): LinkBranch[] {
  const owned = (status: SQL): LinkBranch => ({
    id: apiKey.id,
    from: (is) => sql`from ${apiKey} where ${apiKey.organizationId} = ${organizationId}
      and ${isMember} and ${is(apiKey.memberId)} and ${status}`,
  });
  const admitted = (
    column: typeof admission.createdByKeyId | typeof admission.invitedBy,
    by: SQL,
  ): LinkBranch => ({
    id: member.id,
    from: (is) => sql`from (select ${admission.memberId} from ${admission}
        where ${admission.organizationId} = ${organizationId} and ${is(column)} and ${by}
        offset 0) as admitted (id)
      join ${member} on ${member.id} = admitted.id where ${removable}`,
  });
  return [
    owned(sql`${apiKey.status} in ('active', 'disabled')`),
    owned(sql`${apiKey.status} = 'revoked' and ${apiKey.leadsOn}`),
    admitted(admission.createdByKeyId, sql`not ${isMember}`),
    admitted(admission.invitedBy, isMember),
  ];
}
