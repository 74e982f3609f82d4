import { ID_PREFIXES, isScope } from '@tollkeeper/contract';
import { intersect, scopeNames, scopeSet } from '@tollkeeper/verify';
import { and, asc, eq, ne, sql } from 'drizzle-orm';
import { holds, requireScopesHeld } from '../../access/require-scope.ts';
import { roleScopes } from '../../access/role-scopes.ts';
import type { Ctx } from '../../context.ts';
import type { Transaction } from '../../db/connect.ts';
import { apiKey, keyRotation, keyTotal } from '../../db/schema/index.ts';
import { DomainError } from '../../domain-error.ts';
import { requireRecentGrant } from '../identity/index.ts';
import type { LockedMember } from './lock-member.ts';

/**
 * Gives the member's keys to the heir. A key that was held down by a small role may do more under
 * a greater one; so the caller must hold all that it will do.
 * @returns the keys
 * @throws DomainError scope_not_held, recent_sign_in_required, invalid_state
 */
export async function handOverKeys(
  tx: Transaction,
  ctx: Ctx,
  memberId: string,
  heir: LockedMember,
): Promise<LockedKey[]> {
  const keys = await lockKeys(tx, ctx, memberId);
  const held = scopeSet(keys.flatMap((key) => key.scopes.filter(isScope)));
  const inForce = scopeNames(intersect(held, roleScopes(heir)));
  requireScopesHeld(ctx, inForce, 'api_keys.read');
  await requireRecentGrant(tx, ctx, inForce);
  await requireFewFormerOwners(tx, ctx, memberId);
  const handedOverAt = ctx.services.clock();
  await recordFormerOwner(tx, ctx, memberId, handedOverAt);
  const set = { memberId: heir.id, handedOverAt };
  await tx.update(apiKey).set(set).where(unrevokedOf(ctx, memberId));
  await openTotals(tx, ctx, heir.id, new Set(keys.map((key) => key.workspaceId ?? '')));
  return keys;
}

/** Members who may know the secret of a key besides its owner, for the key to be handed over once more. */
export const FORMER_OWNERS_MAX = 20;

/**
 * One request hands over any number of keys, and each stays linked to all its former owners: a thief who
 * hands many keys on and on would make more links than a cascade can follow.
 * @throws DomainError invalid_state
 */
async function requireFewFormerOwners(tx: Transaction, ctx: Ctx, memberId: string): Promise<void> {
  const { rows } = await tx.execute<{ name: string }>(sql`
    select ${apiKey.name} as name from ${apiKey}, lateral (
      select count(*) as count from ${keyRotation}
      where ${keyRotation.keyId} = ${apiKey.id}
        and ${keyRotation.organizationId} = ${ctx.organizationId}
        and starts_with(${keyRotation.rotatedBy}, ${ID_PREFIXES.member})
        and ${keyRotation.rotatedBy} <> ${memberId}) as former
    where ${unrevokedOf(ctx, memberId)} and former.count >= ${FORMER_OWNERS_MAX} limit 1`);
  const [key] = rows;
  if (!key) return;
  const isShown = (['api_keys.read', 'api_keys.manage_all'] as const).every((scope) =>
    holds(ctx.scopes, scope),
  );
  throw new DomainError(
    'invalid_state',
    `Cannot hand over ${isShown ? `the key "${key.name}"` : 'one of the keys'}: ${FORMER_OWNERS_MAX} other members have owned it or given it a new secret before. Create a new key in its place and revoke it, or remove the member without handing their keys over.`,
  );
}

/**
 * The former owner may know the secrets: who removes them together with a key that they joined by,
 * also later, takes these keys as well.
 */
async function recordFormerOwner(tx: Transaction, ctx: Ctx, memberId: string, now: Date) {
  await tx.execute(sql`
    insert into ${keyRotation} (organization_id, rotated_by, key_id, first_at, last_at)
    select ${apiKey.organizationId}, ${apiKey.memberId}, ${apiKey.id},
      coalesce(${apiKey.handedOverAt}, ${apiKey.createdAt}), ${now.toISOString()}::timestamptz
    from ${apiKey} where ${unrevokedOf(ctx, memberId)}
    on conflict (organization_id, rotated_by, key_id) do update
    set first_at = least(${keyRotation.firstAt}, excluded.first_at), last_at = excluded.last_at`);
}

/** Only in rows that exist does the last call of a key become known. */
async function openTotals(
  tx: Transaction,
  ctx: Ctx,
  memberId: string,
  workspaceIds: ReadonlySet<string>,
): Promise<void> {
  if (workspaceIds.size === 0) return;
  const { organizationId } = ctx;
  await tx
    .insert(keyTotal)
    .values(
      [...workspaceIds]
        .sort()
        .map((workspaceId) => ({ organizationId, memberId, workspaceId, created: 0 })),
    )
    .onConflictDoNothing();
}

export type LockedKey = Awaited<ReturnType<typeof lockKeys>>[number];

/** Every key of the member that is not revoked, locked in the order in which all lock keys. */
export function lockKeys(tx: Transaction, ctx: Ctx, memberId: string) {
  return tx
    .select({ id: apiKey.id, workspaceId: apiKey.workspaceId, scopes: apiKey.scopes })
    .from(apiKey)
    .where(unrevokedOf(ctx, memberId))
    .orderBy(asc(apiKey.id))
    .for('update');
}

/** The same keys for a statement that changes them all: one parameter for each would be too many. */
export function unrevokedOf({ organizationId }: Ctx, memberId: string) {
  return and(
    eq(apiKey.organizationId, organizationId),
    eq(apiKey.memberId, memberId),
    ne(apiKey.status, 'revoked'),
  );
}
