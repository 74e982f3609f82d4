import { type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core';
import type { Database, Transaction } from '../db/connect.ts';
import { admission, apiKey, deletedKey, keyRotation, member } from '../db/schema/index.ts';
import { type LinkBranch, WALKED } from './read-links.ts';
import { type WalkLimits, walkLinks } from './walk-links.ts';

/**
 * Whatever keys and members may have come from, at any time: they themselves, keys and members.
 * @param removable whom a cascade removes (`findRemovable`): nothing comes from others
 * @returns undefined where one of the limits was reached
 */
export async function findAncestors(
  db: Database | Transaction,
  organizationId: string,
  ids: readonly string[],
  removable: SQL | undefined,
  limits: WalkLimits,
): Promise<readonly string[] | undefined> {
  const known = new Set(ids);
  const branches = upwardLinks(organizationId, removable ?? sql`false`);
  const beginWith = ids.map((id) => ({ id }));
  const { unread } = await walkLinks(db, { branches }, known, beginWith, limits);
  return unread.length === 0 ? [...known] : undefined;
}

function upwardLinks(organizationId: string, removable: SQL): LinkBranch[] {
  const branch = (
    table: PgTable & { readonly organizationId: PgColumn },
    above: SQLWrapper,
    id: PgColumn,
    join = sql``,
  ): LinkBranch => ({
    id: above,
    // By the id itself where it is unique. Where one id may have nearly all rows, `is` hides that from
    // PostgreSQL, which would else read the whole table once for each id.
    from: (is) => sql`from ${table} ${join} where ${table.organizationId} = ${organizationId}
      and ${id.primary ? sql`${id} = ${WALKED}` : is(id)}`,
  });
  return [
    branch(apiKey, apiKey.createdByKeyId, apiKey.id),
    branch(deletedKey, deletedKey.createdBy, deletedKey.id),
    branch(keyRotation, keyRotation.rotatedBy, keyRotation.keyId),
    branch(
      apiKey,
      apiKey.memberId,
      apiKey.id,
      sql`join ${member} on ${member.id} = ${apiKey.memberId} and ${removable}`,
    ),
    ...[admission.createdByKeyId, admission.invitedBy].map((above) =>
      branch(admission, above, admission.memberId),
    ),
  ];
}
