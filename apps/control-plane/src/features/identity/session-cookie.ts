import { createHmac } from 'node:crypto';
import type { Auth } from './auth.ts';

/**
 * The signed cookie of a session, as Better Auth sets it after a sign-in. A device login answers
 * with the bare token, which nothing here accepts: the database holds it in clear.
 */
export async function sessionCookie(auth: Auth, token: string, expiresAt?: Date): Promise<string> {
  const { authCookies, secret } = await auth.$context;
  const { name, attributes } = authCookies.sessionToken;
  const signature = createHmac('sha256', secret).update(token).digest('base64');
  const secure = attributes.secure ? '; Secure' : '';
  const expires = expiresAt ? `; Expires=${expiresAt.toUTCString()}` : '';
  return `${name}=${encodeURIComponent(`${token}.${signature}`)}; Path=${attributes.path ?? '/'}; HttpOnly; SameSite=Lax${expires}${secure}`;
}
