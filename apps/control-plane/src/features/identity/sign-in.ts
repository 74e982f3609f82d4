import type { Auth } from './auth.ts';

/** Starts a session for somebody who has just proved who they are. @returns the cookies to set */
export async function signIn(auth: Auth, email: string, password: string): Promise<string[]> {
  const response = await auth.api.signInEmail({ body: { email, password }, asResponse: true });
  return response.headers.getSetCookie();
}
