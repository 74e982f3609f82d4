import { hashPassword } from 'better-auth/crypto';
import { eq } from 'drizzle-orm';
import type { Services } from '../../context.ts';
import type { Transaction } from '../../db/connect.ts';
import { user } from '../../db/schema/index.ts';
import { DomainError, invalidField } from '../../domain-error.ts';
import { confirmUser, insertUser, markEmailVerified, type SessionUser } from '../identity/index.ts';

/** Who joins: somebody with an account, or somebody who gets one now. */
export type Joiner =
  | { readonly userId: string; readonly sessionId: string; readonly password?: undefined }
  | {
      readonly userId?: undefined;
      readonly name: string;
      readonly password: string;
      readonly passwordHash: string;
    };

interface Given {
  readonly name?: string | undefined;
  readonly password?: string | undefined;
}

interface Asking {
  readonly services: Pick<Services, 'db'>;
  readonly findUser: () => Promise<SessionUser | undefined>;
}

/**
 * Who asks, if they are the one with the address. A link may have been forwarded or found, so an
 * account joins only by a session of its own; the link alone opens none.
 * @throws DomainError invited_address_differs, unauthenticated, validation_failed
 */
export async function findJoiner(
  { services: { db }, findUser }: Asking,
  email: string,
  given: Given,
): Promise<Joiner> {
  const signedIn = await findUser();
  const [known] = await db.select({ id: user.id }).from(user).where(eq(user.email, email));
  if (signedIn && signedIn.userId !== known?.id) {
    throw new DomainError(
      'invited_address_differs',
      `The invitation is for "${email}", and you are signed in with another address. Sign out, then open the link again.`,
    );
  }
  if (signedIn) return { userId: signedIn.userId, sessionId: signedIn.session.id };
  if (known) throw mustSignIn(email);
  const { name, password } = given;
  if (name === undefined) throw invalidField('name', 'is needed to make an account');
  if (password === undefined) throw invalidField('password', 'is needed to make an account');
  return { name, password, passwordHash: await hashPassword(password) };
}

interface Invited {
  readonly email: string;
  readonly linkMailed: boolean;
}

/**
 * The user who joins, whose session must still run; made now where there was none. A link that only the mailbox received proves
 * the address; one that the inviter was shown proves nothing, since they may use it themselves.
 * @throws DomainError unauthenticated
 */
export async function userIdOf(
  tx: Transaction,
  joiner: Joiner,
  { email, linkMailed }: Invited,
): Promise<string> {
  if (joiner.userId !== undefined) {
    await confirmUser(tx, joiner);
    if (linkMailed) await markEmailVerified(tx, joiner.userId);
    return joiner.userId;
  }
  const { name, passwordHash } = joiner;
  const userId = await insertUser(tx, { name, email, passwordHash, emailVerified: linkMailed });
  if (userId === undefined) throw mustSignIn(email);
  return userId;
}

function mustSignIn(email: string): DomainError {
  return new DomainError(
    'unauthenticated',
    `"${email}" has an account on this server. Sign in with it, then open the link again.`,
  );
}
