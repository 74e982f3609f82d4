import type { SecuritySettings } from '@tollkeeper/contract';
import { and, eq } from 'drizzle-orm';
import type { Ctx } from '../../context.ts';
import type { Transaction } from '../../db/connect.ts';
import { member } from '../../db/schema/index.ts';
import { DomainError } from '../../domain-error.ts';
import { findUsersWithSecondFactor, includesSecondFactor } from '../identity/index.ts';
import { excludesAddress } from './excludes-address.ts';

/**
 * Nobody locks themselves out: who saves a rule must meet it.
 * @throws DomainError invalid_state
 */
export async function requireNotExcluded(
  tx: Transaction,
  ctx: Ctx,
  before: SecuritySettings,
  after: SecuritySettings,
): Promise<void> {
  if (excludesAddress(after, ctx.origin.ip)) {
    throw new DomainError(
      'invalid_state',
      `The ranges leave out your own address, "${ctx.origin.ip ?? 'unknown'}", so you would lock yourself out. Add a range that holds it.`,
    );
  }
  const asksNow = after.twoFactorRequired && !before.twoFactorRequired;
  if (asksNow && !(await meetsSecondFactor(tx, ctx))) {
    throw new DomainError(
      'invalid_state',
      'You did not sign in with a second factor yourself, so you would lock yourself out. Set one up, or sign in with the one that you have.',
    );
  }
}

/** The session that saves it; for a key, its owner as they will sign in. */
async function meetsSecondFactor(tx: Transaction, ctx: Ctx): Promise<boolean> {
  if (ctx.actor.type === 'member') return includesSecondFactor(ctx.actor.session.factors);
  const userId = await findUserId(tx, ctx);
  return (await findUsersWithSecondFactor(tx, [userId])).has(userId);
}

/** Of the owner of the key. */
async function findUserId(tx: Transaction, { organizationId, actor }: Ctx): Promise<string> {
  const [row] = await tx
    .select({ userId: member.userId })
    .from(member)
    .where(and(eq(member.organizationId, organizationId), eq(member.id, actor.memberId)));
  return row?.userId ?? '';
}
