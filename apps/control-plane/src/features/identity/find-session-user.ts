import { DomainError } from '../../kernel/domain-error.ts';
import type { Auth } from './auth.ts';

/** The user of the signed session cookie; undefined without one, or when it has ended. */
export async function findSessionUser(auth: Auth, cookie: string | undefined) {
  if (!cookie) return undefined;
  const found = await auth.api
    .getSession({ headers: new Headers({ cookie }) })
    .catch((cause: Error) => {
      // Better Auth hides the cause. A cookie that is no session throws nothing: this is the database.
      throw new DomainError('unavailable', 'Sessions cannot be read right now. Try again.', {
        cause,
      });
    });
  return found ? { userId: found.user.id, signedInAt: found.session.createdAt } : undefined;
}
