import type { Factor, PasskeyAnswer, RouteInput, Routes, SessionView } from '@tollkeeper/contract';
import { eq } from 'drizzle-orm';
import type { Ctx } from '../../context.ts';
import type { Transaction } from '../../db/connect.ts';
import { session } from '../../db/schema/index.ts';
import { DomainError, invalidField } from '../../domain-error.ts';
import { appendSessionEvent } from './append-session-event.ts';
import type { Auth } from './auth.ts';
import { type AuthRequest, runAuthRequest } from './auth-transaction.ts';
import type { SessionUser } from './find-user.ts';
import { isPasswordOf } from './password.ts';
import { sessionCookie } from './session-cookie.ts';
import { sessionView } from './session-facts.ts';
import { countSignInFailure } from './sign-in-failures.ts';
import { findUserFactors, strongestFactors } from './user-factors.ts';
import { verifyCode } from './verify-code.ts';

type Given = RouteInput<Routes['confirmSession']>['body'];

/** What the verb needs of the HTTP request. */
export interface SessionRequest {
  readonly auth: Auth;
  readonly cookie: string;
  readonly setCookies: (cookies: string[]) => void;
  /** Whether only the head of the answer goes out. */
  readonly isHead: boolean;
}

/**
 * Signs in to the session that the caller has already, by the strongest factor that they have. The
 * session gets a new token: a thief of the old one gains nothing.
 * @throws DomainError sign_in_failed, recent_sign_in_required, rate_limited, invalid_state for a key
 */
export async function confirmSession(
  ctx: Ctx,
  { body }: { body: Given },
  { auth, cookie, setCookies }: SessionRequest,
): Promise<SessionView> {
  const { actor, services } = ctx;
  if (actor.type === 'key') {
    throw new DomainError('invalid_state', 'An API key has no session to confirm. Sign in first.');
  }
  const caller = { userId: actor.userId, sessionId: actor.session.id };
  const outcome = await runAuthRequest<Renewed | DomainError>(
    services.db,
    { caller, isAudited: true },
    async (change) => {
      try {
        const factors = await verifyFactors(ctx, actor.userId, body, { auth, cookie, change });
        return { result: await renew(ctx, actor, factors, change), isKept: true };
      } catch (error) {
        if (!(error instanceof DomainError) || error.code !== 'sign_in_failed') throw error;
        const attempt = { userId: actor.userId };
        await countSignInFailure(await change.begin(), attempt, ctx.origin.ip, services.clock());
        return { result: error, isKept: true };
      }
    },
  );
  if (outcome instanceof DomainError) throw outcome;
  setCookies([await sessionCookie(auth, outcome.token, outcome.expiresAt)]);
  return outcome.view;
}

interface Renewed {
  readonly token: string;
  readonly expiresAt: Date;
  readonly view: SessionView;
}

/** Stores what was given, under a new token, with its audit event. */
async function renew(
  { services, origin }: Ctx,
  { userId, session: old }: SessionUser,
  factors: Factor[],
  change: AuthRequest,
): Promise<Renewed> {
  const authenticatedAt = services.clock();
  const token = Buffer.from(services.randomBytes(24)).toString('base64url');
  const tx = await change.begin();
  const [row] = await tx
    .update(session)
    .set({ factors, authenticatedAt, token })
    .where(eq(session.id, old.id))
    .returning({ expiresAt: session.expiresAt });
  if (!row) throw new DomainError('unauthenticated', 'Your session has ended. Sign in again.');
  const event = { action: 'session.confirm', after: { factors }, origin } as const;
  await appendSessionEvent(tx, services, userId, event);
  return {
    token,
    expiresAt: row.expiresAt,
    view: sessionView({ ...old, factors, authenticatedAt }),
  };
}

async function verifyFactors(
  { services }: Ctx,
  userId: string,
  given: Given,
  { auth, cookie, change }: Pick<SessionRequest, 'auth' | 'cookie'> & { change: AuthRequest },
): Promise<Factor[]> {
  if (given.passkey) {
    await verifyPasskey(await change.confirm(userId), auth, {
      userId,
      cookie,
      response: given.passkey,
    });
    return ['passkey'];
  }
  const own = await findUserFactors(services.db, userId);
  const strongest = strongestFactors(own);
  const code = own.totp ? givenCode(given) : undefined;
  if (!strongest.includes('password') && !code) {
    throw new DomainError(
      'recent_sign_in_required',
      'Your account has a second factor. Give it, along with the password unless it is a passkey.',
      { factors: strongest },
    );
  }
  if (!given.password) throw invalidField('password', 'is needed, unless you use a passkey');
  if (!(await isPasswordOf(services.db, userId, given.password))) throw failed('password');
  if (!code) return ['password'];
  if (
    !(await verifyCode(await change.confirm(userId), services.clock, auth, {
      userId,
      cookie,
      ...code,
    }))
  )
    throw failed('code');
  return ['password', code.factor];
}

function givenCode({ totp, backupCode }: Given) {
  if (totp !== undefined) return { factor: 'totp', code: totp } as const;
  if (backupCode !== undefined) return { factor: 'backup_code', code: backupCode } as const;
  return undefined;
}

function failed(what: 'password' | 'code'): DomainError {
  return new DomainError(
    'sign_in_failed',
    what === 'password'
      ? 'The password is wrong. Check it, and try again.'
      : 'The code is wrong or was used before. Check it, and try again.',
  );
}

/**
 * Better Auth knows the ceremony only as the start of a session: that one ends at once.
 * @param response what the browser's navigator.credentials.get() answered
 * @throws DomainError sign_in_failed
 */
async function verifyPasskey(
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
