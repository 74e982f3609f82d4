import type { Auth } from './auth.ts';

/** The user of the signed session cookie; undefined without one, or when it has ended. */
export async function findSessionUser(auth: Auth, cookie: string | undefined) {
  if (!cookie) return undefined;
  const found = await auth.api.getSession({ headers: new Headers({ cookie }) });
  return found ? { userId: found.user.id } : undefined;
}
