import { randomUUID } from 'node:crypto';
import { and, eq, gt, sql } from 'drizzle-orm';
import type { Services } from '../../context.ts';
import type { Database, Transaction } from '../../db/connect.ts';
import { twoFactor, verification } from '../../db/schema/index.ts';
import { DomainError } from '../../domain-error.ts';
import type { Auth } from './auth.ts';

/** As Better Auth locks an account whose codes are guessed at sign-in; the count is one for both. */
const FAILURES_MAX = 10;
const LOCK_MS = 15 * 60_000;

interface GivenCode {
  readonly userId: string;
  readonly cookie: string;
  readonly factor: 'totp' | 'backup_code';
  readonly code: string;
}

/**
 * Better Auth checks a code that comes by session without counting the guesses, so they are counted
 * here. Each code of an authenticator app is right once. The user must be locked.
 * @throws DomainError rate_limited
 */
export async function verifyCode(
  db: Transaction,
  clock: Services['clock'],
  auth: Auth,
  { userId, cookie, factor, code }: GivenCode,
): Promise<boolean> {
  const now = clock();
  await requireCodesUnlocked(db, userId, now);
  const owned = eq(twoFactor.userId, userId);
  const [row] = await db.select().from(twoFactor).where(owned);
  // An app that is only being set up would be taken into use by its first right code.
  const call = { body: { code }, headers: new Headers({ cookie }) };
  const verify = factor === 'totp' ? auth.api.verifyTOTP : auth.api.verifyBackupCode;
  const isRight =
    row?.verified === true &&
    !(factor === 'totp' && (await isCodeUsed(db, userId, code, now))) &&
    (await verify(call).then(
      () => true,
      () => false,
    ));
  if (isRight && factor === 'totp') await markCodeUsed(db, userId, code, now);
  const failures = isRight ? sql`0` : sql`coalesce(${twoFactor.failedVerificationCount}, 0) + 1`;
  const lockedUntil = new Date(now.getTime() + LOCK_MS);
  await db
    .update(twoFactor)
    .set({
      failedVerificationCount: failures,
      lockedUntil: sql`case when ${failures} >= ${FAILURES_MAX} then ${lockedUntil.toISOString()}::timestamptz end`,
    })
    .where(owned);
  return isRight;
}

/** @throws DomainError rate_limited, for as long as the account takes no codes */
export async function requireCodesUnlocked(
  db: Database | Transaction,
  userId: string,
  now: Date,
): Promise<void> {
  const { lockedUntil } = twoFactor;
  const [row] = await db
    .select({ lockedUntil })
    .from(twoFactor)
    .where(eq(twoFactor.userId, userId));
  if (!row?.lockedUntil || row.lockedUntil <= now) return;
  const retryAfterS = Math.ceil((row.lockedUntil.getTime() - now.getTime()) / 1000);
  throw new DomainError('rate_limited', 'Too many wrong codes.', { retryAfterS });
}

/** A code is right for 90 seconds: its own 30, and those before and after it. */
const CODE_MS = 2 * 60_000;

/**
 * Whether a code of the user's authenticator app was accepted before: each is accepted once (RFC
 * 6238, 5.2). The user must be locked.
 */
export async function isCodeUsed(
  tx: Transaction,
  userId: string,
  code: string,
  now: Date,
): Promise<boolean> {
  const rows = await tx
    .select({ id: verification.id })
    .from(verification)
    .where(
      and(eq(verification.identifier, identifierOf(userId, code)), gt(verification.expiresAt, now)),
    );
  return rows.length > 0;
}

/** Stored as Better Auth stores what expires; a code that was accepted is no secret. */
export async function markCodeUsed(
  tx: Transaction,
  userId: string,
  code: string,
  now: Date,
): Promise<void> {
  await tx.insert(verification).values({
    id: randomUUID(),
    identifier: identifierOf(userId, code),
    // Not the user's id: what has it ends with their sessions.
    value: 'used',
    expiresAt: new Date(now.getTime() + CODE_MS),
  });
}

function identifierOf(userId: string, code: string): string {
  return `used-code:${userId}:${code}`;
}
