import { verifyPassword } from 'better-auth/crypto';
import { and, eq } from 'drizzle-orm';
import type { Ctx } from '../../context.ts';
import type { Database, Transaction } from '../../db/connect.ts';
import { account } from '../../db/schema/index.ts';
import { DomainError } from '../../domain-error.ts';

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
  if (!(await isPasswordOf(ctx.services.db, ctx.actor.userId, password))) {
    throw new DomainError(
      'password_wrong',
      'The password is wrong. This cannot be undone, so it needs your own.',
    );
  }
}

export async function isPasswordOf(
  db: Database,
  userId: string,
  password: string | undefined,
): Promise<boolean> {
  const [row] = await db
    .select({ hash: account.password })
    .from(account)
    .where(and(eq(account.userId, userId), eq(account.providerId, 'credential')));
  if (!row?.hash || !password) return false;
  return verifyPassword({ hash: row.hash, password });
}

/** @param passwordHash from `hashPassword` of Better Auth, which is slow: run it before */
export async function setPassword(
  tx: Transaction,
  userId: string,
  passwordHash: string,
  now: Date,
): Promise<void> {
  await tx
    .update(account)
    .set({ password: passwordHash, updatedAt: now })
    .where(and(eq(account.userId, userId), eq(account.providerId, 'credential')));
}
