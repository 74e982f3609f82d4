import { createHmac, timingSafeEqual } from 'node:crypto';
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

/** Starts a session for somebody who has just proved who they are. @returns the cookies to set */
export async function signIn(auth: Auth, email: string, password: string): Promise<string[]> {
  const response = await auth.api.signInEmail({ body: { email, password }, asResponse: true });
  return response.headers.getSetCookie();
}

/** How Better Auth names and signs the cookie of a session, and when it moves the end of one. */
interface SessionCookieRules {
  readonly name: string;
  readonly secret: string;
  /** A session that ends sooner than this is Better Auth's to read, which moves its end. */
  readonly renewWithinMs: number;
}

export async function sessionCookieRules(auth: Auth): Promise<SessionCookieRules> {
  const { authCookies, secret, sessionConfig } = await auth.$context;
  const renewWithinMs = (sessionConfig.expiresIn - sessionConfig.updateAge) * 1000;
  return { name: authCookies.sessionToken.name, secret, renewWithinMs };
}

/** The token in the cookie that Better Auth has signed; undefined without one. */
export function readSignedToken(
  { name, secret }: SessionCookieRules,
  cookies: string,
): string | undefined {
  const pair = cookies.split('; ').find((each) => each.startsWith(`${name}=`));
  if (pair === undefined) return undefined;
  const value = decodeURIComponent(pair.slice(name.length + 1));
  const at = value.lastIndexOf('.');
  if (at < 1) return undefined;
  const token = value.slice(0, at);
  const given = Buffer.from(value.slice(at + 1));
  const expected = Buffer.from(createHmac('sha256', secret).update(token).digest('base64'));
  return given.length === expected.length && timingSafeEqual(given, expected) ? token : undefined;
}
