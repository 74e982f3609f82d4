import type { Session } from '../../context.ts';
import { DomainError } from '../../domain-error.ts';
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
