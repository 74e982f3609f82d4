import { createHmac, timingSafeEqual } from 'node:crypto';
import querystring from 'node:querystring';
import { and, eq, isNotNull } from 'drizzle-orm';
import type { Session } from '../../context.ts';
import type { Database, Transaction } from '../../db/connect.ts';
import { deviceCode, passkey, user } from '../../db/schema/index.ts';
import { DomainError, notFound } from '../../domain-error.ts';
import type { Auth } from './auth.ts';
import { parseFactors } from './session-facts.ts';

export interface SessionUser {
  readonly userId: string;
  readonly session: Session;
}

/** The user of the signed session cookie; undefined without one, or when it has ended. */
export async function findSessionUser(
  auth: Auth,
  cookie: string | undefined,
): Promise<SessionUser | undefined> {
  if (!cookie) return undefined;
  const found = await auth.api
    .getSession({ headers: new Headers({ cookie }) })
    // Better Auth hides the cause. A cookie that is no session throws nothing: this is the database.
    .catch(refuseUnread);
  if (!found) return undefined;
  const { id, factors, signedInAt, authenticatedAt, expiresAt } = found.session;
  return {
    userId: found.user.id,
    session: { id, factors: parseFactors(factors), signedInAt, authenticatedAt, expiresAt },
  };
}

/** For what the database answers in place of a session. @throws DomainError unavailable */
export function refuseUnread(cause: unknown): never {
  throw new DomainError('unavailable', 'Sessions cannot be read right now. Try again.', { cause });
}

/** @param credentialId what the browser's navigator.credentials.get() answered with */
export async function findPasskeyUser(
  db: Database,
  credentialId: string,
): Promise<string | undefined> {
  const [row] = await db
    .select({ userId: passkey.userId })
    .from(passkey)
    .where(eq(passkey.credentialID, credentialId));
  return row?.userId;
}

/** Who has opened the page of a device login, and may have approved it. */
export async function findDeviceUser(db: Database, code: string): Promise<string | undefined> {
  const [row] = await db
    .select({ userId: deviceCode.userId })
    .from(deviceCode)
    .where(and(eq(deviceCode.deviceCode, code), isNotNull(deviceCode.userId)));
  return row?.userId ?? undefined;
}

/** The user who has given the right password and is still to give a code; undefined for anyone else. */
export async function findTwoFactorUser(
  auth: Auth,
  cookie: string | undefined,
): Promise<string | undefined> {
  const { createAuthCookie, secret, internalAdapter } = await auth.$context;
  const { name } = createAuthCookie('two_factor');
  const line = (cookie ?? '').split(';').find((each) => each.trim().startsWith(`${name}=`));
  const [, identifier, signature] =
    /^[^=]+=([\w-]{1,128})\.([^.]{1,128})$/.exec(line?.trim() ?? '') ?? [];
  if (identifier === undefined || signature === undefined) return undefined;
  const expected = Buffer.from(createHmac('sha256', secret).update(identifier).digest('base64'));
  // Never throws, unlike decodeURIComponent: anyone may send a broken escape.
  const given = Buffer.from(querystring.unescape(signature));
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
  return (await internalAdapter.findVerificationValue(identifier))?.value;
}

export async function findUserEmail(db: Database, userId: string): Promise<string | undefined> {
  const [row] = await db.select({ email: user.email }).from(user).where(eq(user.id, userId));
  return row?.email;
}

/**
 * The account that an operator names by its address.
 * @returns `confirmedNow` where the operator vouched for an address that was not confirmed before
 * @throws DomainError not_found, invalid_state
 */
export async function findVerifiedUser(
  tx: Transaction,
  email: string,
  confirmAddress: boolean,
): Promise<{ readonly id: string; readonly confirmedNow: boolean }> {
  const [found] = await tx
    .select({ id: user.id })
    .from(user)
    .where(eq(user.email, email.toLowerCase()));
  if (!found) {
    throw new DomainError(
      'not_found',
      `There is no account "${email}" on this server. Invite the person to an organization first.`,
    );
  }
  return { id: found.id, confirmedNow: await requireVerifiedEmail(tx, found.id, confirmAddress) };
}

/**
 * Anyone who may invite can make an account for any address where links are handed over by hand. So
 * an operator's command gives nothing to an address that nobody has proven to read.
 * @param confirmAddress the operator vouches for it, which proves the address from then on
 * @returns whether that was needed
 * @throws DomainError invalid_state
 */
export async function requireVerifiedEmail(
  tx: Transaction,
  userId: string,
  confirmAddress: boolean,
): Promise<boolean> {
  const [found] = await tx.select().from(user).where(eq(user.id, userId)).for('update');
  if (!found) throw notFound('account', userId);
  if (found.emailVerified) return false;
  if (!confirmAddress) {
    throw new DomainError(
      'invalid_state',
      `The address "${found.email}" is not confirmed: its account was made with a link that was handed over by hand, so anyone may hold it. Ask its owner whether it is theirs, then repeat the command with --confirm-address.`,
    );
  }
  await markEmailVerified(tx, found.id);
  return true;
}

/**
 * Somebody who may use the account has a link that only its mailbox received. Where a passkey stays
 * that someone else may have added, the account may still open to them, so the mailbox alone proves
 * nothing.
 */
export async function proveAddress(tx: Transaction, userId: string): Promise<void> {
  const passkeys = await tx
    .select({ id: passkey.id })
    .from(passkey)
    .where(eq(passkey.userId, userId))
    .limit(1);
  if (passkeys.length === 0) await markEmailVerified(tx, userId);
}

async function markEmailVerified(tx: Transaction, userId: string): Promise<void> {
  await tx.update(user).set({ emailVerified: true }).where(eq(user.id, userId));
}
