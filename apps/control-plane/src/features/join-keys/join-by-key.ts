import type { JoinKeyBlock } from '@tollkeeper/contract';
import { hashSecret, isWellFormed } from '@tollkeeper/verify';
import { and, eq, gt, isNull, lt, sql } from 'drizzle-orm';
import { creatingKey, creatorColumns, isCreatingKey } from '../../access/creator.ts';
import { customRole } from '../../access/role-scopes.ts';
import type { Database, Transaction } from '../../db/connect.ts';
import { joinKey, member, organization, role } from '../../db/schema/index.ts';
import { DomainError } from '../../domain-error.ts';
import { isCascading, wasBeingEnded } from '../../lineage/running-cascades.ts';
import { excludesAddress } from '../security/index.ts';
import { findJoinKeyBlock, type JoinKeyRow } from './list-join-keys.ts';

/** Written to the log only. */
type Why =
  | 'unknown'
  | 'spent_or_expired'
  | 'other_join_key'
  | 'address_outside_organization'
  | 'address_outside_api_key'
  | 'creator_is_being_ended'
  | JoinKeyBlock;

/** Whose join key it is, if it is one at all. @throws DomainError join_key_invalid */
export async function findJoinKey(db: Database, secret: string) {
  if (!isWellFormed(secret)) throw joinKeyInvalid('unknown');
  const [row] = await db
    .select({
      id: joinKey.id,
      organizationId: joinKey.organizationId,
      memberId: joinKey.memberId,
    })
    .from(joinKey)
    .where(eq(joinKey.hash, Buffer.from(hashSecret(secret))));
  if (!row) throw joinKeyInvalid('unknown');
  return row;
}

/**
 * The join key, locked until the transaction ends, which must be one of `commit`: what its creator may
 * do changes only in transactions of the same kind, and none is under way beside. It is in force
 * where its creator could still make it and use it: from an address that the organization takes keys
 * from, and the API key that made it. It may be used up or have expired: see `spendUse`.
 * @throws DomainError join_key_invalid
 */
export async function lockOpenJoinKey(
  tx: Transaction,
  id: string,
  ip: string | null,
  now: Date,
): Promise<JoinKeyRow> {
  const [row] = await tx
    .select({
      joinKey,
      creator: creatorColumns,
      organizationIps: organization.allowedIps,
      keyIps: creatingKey.allowedIps,
      isCascading: isCascading(joinKey.organizationId),
    })
    .from(joinKey)
    .innerJoin(organization, eq(organization.id, joinKey.organizationId))
    .innerJoin(member, eq(member.id, joinKey.memberId))
    .leftJoin(role, customRole)
    .leftJoin(creatingKey, isCreatingKey(joinKey))
    .where(and(eq(joinKey.id, id), isNull(organization.deletedAt)))
    .for('update', { of: joinKey });
  if (!row) throw joinKeyInvalid('unknown', id);
  const block = findJoinKeyBlock(row.creator, row.joinKey, now);
  if (block) throw joinKeyInvalid(block, id);
  if (row.isCascading && (await isCreatorBeingEnded(tx, row.joinKey))) {
    throw joinKeyInvalid('creator_is_being_ended', id);
  }
  if (excludesAddress({ allowedIps: row.organizationIps }, ip)) {
    throw joinKeyInvalid('address_outside_organization', id);
  }
  if (excludesAddress({ allowedIps: row.keyIps ?? [] }, ip)) {
    throw joinKeyInvalid('address_outside_api_key', id);
  }
  return row.joinKey;
}

function isCreatorBeingEnded(tx: Transaction, row: JoinKeyRow): Promise<boolean> {
  const { organizationId, createdByKeyId, memberId, createdAt } = row;
  const creators = createdByKeyId === null ? [memberId] : [createdByKeyId, memberId];
  return wasBeingEnded(tx, organizationId, creators, createdAt);
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
  if (spent.length === 0) throw joinKeyInvalid('spent_or_expired', id);
}

/** Takes a use back, of a gateway that is gone. */
export async function giveBackUse(tx: Transaction, id: string): Promise<void> {
  await tx
    .update(joinKey)
    .set({ usesCount: sql`${joinKey.usesCount} - 1` })
    .where(eq(joinKey.id, id));
}

/** Why an error of `joinKeyInvalid` refuses. */
export function whyRefused({ code, cause }: DomainError): string | undefined {
  if (code !== 'join_key_invalid' || typeof cause !== 'object' || cause === null) return undefined;
  return 'why' in cause ? String(cause.why) : undefined;
}

/** In the same words whatever the reason: a guess or a find learns nothing. The cause is for the log. */
export function joinKeyInvalid(why: Why, joinKeyId?: string): DomainError {
  return new DomainError(
    'join_key_invalid',
    'No gateway can join with this join key: it is mistyped, used up, deleted or expired, its creator may not manage the fleet any more, or it is not accepted from this address. The Fleet page shows which join keys are active, and the log of the control plane says why it refused this one.',
    { cause: { why, joinKeyId } },
  );
}
