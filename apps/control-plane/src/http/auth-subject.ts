import type { FastifyRequest } from 'fastify';
import { DomainError } from '../domain-error.ts';
import {
  type AuthRequest,
  findDeviceUser,
  findPasskeyUser,
  findTwoFactorUser,
  isCodeUsed,
  markCodeUsed,
  type SessionUser,
} from '../features/identity/index.ts';
import type { ServerOptions } from './server-options.ts';

/**
 * For whom a session would open by something that was stored before: a sign-in that waits for its
 * code, an authenticator app that is being set up, a passkey, a device login.
 * @returns undefined for every other request, and where what was given is not known
 */
export async function findSubject(
  { auth, services: { db } }: ServerOptions,
  name: string,
  { body }: FastifyRequest,
  user: SessionUser | undefined,
  cookie: string,
): Promise<string | undefined> {
  switch (name) {
    case 'two-factor/verify-totp':
    case 'two-factor/verify-backup-code':
      return user?.userId ?? findTwoFactorUser(auth, cookie);
    case 'passkey/verify-authentication':
      return findPasskeyUser(db, textOf(fieldOf(body, 'response'), 'id'));
    case 'device/token':
      return findDeviceUser(db, textOf(body, 'device_code'));
    default:
      return undefined;
  }
}

/**
 * The code of an authenticator app that the request gives, which is accepted once. The user must be
 * locked.
 * @returns what marks it as used
 * @throws DomainError unauthenticated
 */
export async function requireUnusedCode(
  change: AuthRequest,
  name: string,
  { body }: FastifyRequest,
  userId: string | undefined,
): Promise<(() => Promise<void>) | undefined> {
  if (name !== 'two-factor/verify-totp' || userId === undefined) return undefined;
  const code = textOf(body, 'code');
  const tx = await change.confirm(userId);
  // By the clock that Better Auth compares codes by.
  const now = new Date();
  if (await isCodeUsed(tx, userId, code, now)) {
    throw new DomainError(
      'unauthenticated',
      'This code was used before. Wait until your app shows the next one.',
    );
  }
  return () => markCodeUsed(tx, userId, code, now);
}

/** A field of what a client or Better Auth sent, where the text is one. */
export function textOf(body: unknown, name: string): string {
  const value = fieldOf(body, name);
  return typeof value === 'string' ? value : '';
}

export function fieldOf(body: unknown, name: string): unknown {
  return typeof body === 'object' && body !== null ? Reflect.get(body, name) : undefined;
}
