import { verifyPassword } from 'better-auth/crypto';
import { and, eq } from 'drizzle-orm';
import { account } from '../../db/schema/index.ts';
import type { Ctx } from '../../kernel/context.ts';
import { DomainError } from '../../kernel/domain-error.ts';

/**
 * Before what cannot be undone, a person proves to be there: a session may have been left open. A
 * key proves itself by a scope that only the owner can put on it.
 * @throws DomainError password_wrong
 */
export async function requirePassword(ctx: Ctx, password: string | undefined): Promise<void> {
  if (ctx.actor.type === 'key') return;
  if (!password) {
    throw new DomainError('password_wrong', 'This cannot be undone, so it needs your password.');
  }
  const [row] = await ctx.services.db
    .select({ hash: account.password })
    .from(account)
    .where(and(eq(account.userId, ctx.actor.userId), eq(account.providerId, 'credential')));
  const right = row?.hash && (await verifyPassword({ hash: row.hash, password }));
  if (!right) {
    throw new DomainError(
      'password_wrong',
      'The password is wrong. This cannot be undone, so it needs your own.',
    );
  }
}
