import { hashSecret, includes, isWellFormed, scopeSet } from '@tollkeeper/verify';
import { and, eq, gt, isNull, lt, sql } from 'drizzle-orm';
import type { Database, Transaction } from '../../db/connect.ts';
import { joinKey, member, organization, role } from '../../db/schema/index.ts';
import { DomainError } from '../../kernel/domain-error.ts';
import { customRole, heldRoleColumns, roleScopes } from '../../kernel/role-scopes.ts';
import type { JoinKeyRow } from './join-key-view.ts';

const MANAGE_FLEET = scopeSet(['fleet.manage']);

/** Whose join key it is, if it is one at all. @throws DomainError join_key_invalid */
export async function findJoinKey(db: Database, secret: string) {
  if (!isWellFormed(secret)) throw joinKeyInvalid();
  const [row] = await db
    .select({
      id: joinKey.id,
      organizationId: joinKey.organizationId,
      memberId: joinKey.memberId,
    })
    .from(joinKey)
    .where(eq(joinKey.hash, Buffer.from(hashSecret(secret))));
  if (!row) throw joinKeyInvalid();
  return row;
}

/**
 * The join key, locked until the transaction ends. Whoever stands for it must be able to make it
 * still: active, with fleet.manage. Else a member who was demoted or suspended would go on
 * admitting gateways by a secret that they kept. It may be used up or have expired: see `spendUse`.
 * @throws DomainError join_key_invalid
 */
export async function lockOpenJoinKey(tx: Transaction, id: string): Promise<JoinKeyRow> {
  const [row] = await tx
    .select({ joinKey, ...heldRoleColumns })
    .from(joinKey)
    .innerJoin(organization, eq(organization.id, joinKey.organizationId))
    .innerJoin(member, eq(member.id, joinKey.memberId))
    .leftJoin(role, customRole)
    .where(and(eq(joinKey.id, id), eq(member.status, 'active'), isNull(organization.deletedAt)))
    .for('update', { of: joinKey });
  if (!row || !includes(roleScopes(row), MANAGE_FLEET)) throw joinKeyInvalid();
  return row.joinKey;
}

/**
 * Takes one use. The statement decides the race: of any number at once, no more than `usesMax` find
 * one left.
 * @throws DomainError join_key_invalid
 */
export async function spendUse(tx: Transaction, id: string, now: Date): Promise<void> {
  const spent = await tx
    .update(joinKey)
    .set({ usesCount: sql`${joinKey.usesCount} + 1`, lastUsedAt: now })
    .where(
      and(eq(joinKey.id, id), lt(joinKey.usesCount, joinKey.usesMax), gt(joinKey.expiresAt, now)),
    )
    .returning({ id: joinKey.id });
  if (spent.length === 0) throw joinKeyInvalid();
}

/** In the same words whatever the reason: a guess or a find learns nothing of the key. */
export function joinKeyInvalid(): DomainError {
  return new DomainError(
    'join_key_invalid',
    'This join key lets nobody in: it is not one, was used up or deleted, has expired, or whoever made it may not manage the fleet any more. Create a new one.',
  );
}
