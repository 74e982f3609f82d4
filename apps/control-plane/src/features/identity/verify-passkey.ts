import type { PasskeyAnswer } from '@tollkeeper/contract';
import { eq } from 'drizzle-orm';
import type { Transaction } from '../../db/connect.ts';
import { session } from '../../db/schema/index.ts';
import { DomainError } from '../../domain-error.ts';
import type { Auth } from './auth.ts';

/**
 * Better Auth knows the ceremony only as the start of a session: that one ends at once.
 * @param response what the browser's navigator.credentials.get() answered
 * @throws DomainError sign_in_failed
 */
export async function verifyPasskey(
  db: Transaction,
  auth: Auth,
  given: { userId: string; cookie: string; response: PasskeyAnswer },
): Promise<void> {
  const headers = new Headers({ cookie: given.cookie });
  const opened = await auth.api
    .verifyPasskeyAuthentication({ body: { response: given.response }, headers })
    .catch(() => undefined);
  if (opened) await db.delete(session).where(eq(session.id, opened.session.id));
  if (opened?.session.userId === given.userId) return;
  throw new DomainError(
    'sign_in_failed',
    'The passkey did not confirm that it is you. Try again, or use another factor.',
  );
}
