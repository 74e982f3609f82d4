import type { SecuritySettings } from '@tollkeeper/contract';
import { and, eq } from 'drizzle-orm';
import type { Transaction } from '../../db/connect.ts';
import { member } from '../../db/schema/index.ts';
import type { Ctx } from '../../kernel/context.ts';
import { DomainError } from '../../kernel/domain-error.ts';
import { hasSecondFactor } from '../identity/index.ts';
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
  if (asksNow && !(await hasSecondFactor(tx, await findUserId(tx, ctx)))) {
    throw new DomainError(
      'invalid_state',
      'You have no second factor yourself, so you would lock yourself out. Set one up first.',
    );
  }
}

/** Of the member signed in, or of the owner of the key. */
async function findUserId(tx: Transaction, { organizationId, actor }: Ctx): Promise<string> {
  const [row] = await tx
    .select({ userId: member.userId })
    .from(member)
    .where(and(eq(member.organizationId, organizationId), eq(member.id, actor.memberId)));
  return row?.userId ?? '';
}
