import { ID_PREFIXES } from '@tollkeeper/contract';
import { type SQL, sql } from 'drizzle-orm';
import type { Ctx } from '../../context.ts';
import type { Database, Transaction } from '../../db/connect.ts';
import { admission, apiKey, deletedKey, keyRotation, member } from '../../db/schema/index.ts';
import { DomainError } from '../../domain-error.ts';
import type { Created } from './find-created.ts';
import { readLineage } from './read-lineage.ts';
import { findRemovable, type KeepMembers } from './removable-members.ts';
import { traceDescendants } from './trace-descendants.ts';

/** Keys and members from which the calling key may descend; one with more is taken for inside. */
const ANCESTORS_MAX = 10_000;

/**
 * A key that falls in the cascade that it asks for would be refused half-way. So it is refused before
 * anything changes. A thief gains nothing: who can make a key fall, by giving it a new secret, can also
 * revoke it, and any key may still revoke others without what they created.
 * @throws DomainError cascade_includes_caller
 */
export async function requireCallerOutside(
  db: Database | Transaction,
  ctx: Ctx,
  rootIds: readonly string[],
  keepMembers: KeepMembers | undefined,
): Promise<void> {
  const { actor } = ctx;
  if (actor.type !== 'key') return;
  if (rootIds.includes(actor.keyId)) throw callerInside();
  const removable = await findRemovable(db, ctx, keepMembers);
  const ancestors = await findAncestors(db, ctx, actor.keyId, removable);
  if (ancestors.length > ANCESTORS_MAX) throw callerInside();
  const roots = ancestors.filter((id) => rootIds.includes(id));
  if (roots.length === 0) return;
  const lineage = await readLineage(db, ctx, ancestors, removable);
  if (traceDescendants(lineage, roots).rootNow(actor.keyId) !== undefined) throw callerInside();
}

/**
 * Of a part of a cascade, before it ends: somebody may have given the calling key a new secret since the
 * cascade began.
 * @param isBegun whether the roots are revoked already
 * @throws DomainError cascade_includes_caller
 */
export function requireCallerLeft({ actor }: Ctx, { keys }: Created, isBegun: boolean): void {
  if (actor.type !== 'key' || !keys.some(({ id }) => id === actor.keyId)) return;
  throw isBegun ? callerLeft() : callerInside();
}

function callerLeft(): DomainError {
  return new DomainError(
    'cascade_includes_caller',
    'The key was revoked, but not everything that it created: the API key that sent this request is among it. Repeat the request with another API key, or sign in to the dashboard.',
  );
}

function callerInside(): DomainError {
  return new DomainError(
    'cascade_includes_caller',
    'The API key that sent this request is among what would be revoked, or may be. Use another API key, or sign in to the dashboard. To stop a key at once, revoke it without what it created.',
  );
}

/** Whatever the key may have come from, at any time: the key itself, keys and members. */
async function findAncestors(
  db: Database | Transaction,
  { organizationId }: Ctx,
  keyId: string,
  removable: SQL | undefined,
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
      select ${keyId}::text
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
    ) select id from ancestor limit ${ANCESTORS_MAX + 1}`);
  return rows.map((row) => row.id);
}
