import type { SessionView } from '@tollkeeper/contract';
import { FACTORS, type Factor } from '@tollkeeper/contract';
import type { Session } from '../../context.ts';

/** What a session says of how somebody signed in. */
interface SessionFacts {
  readonly factors: Factor[];
  /** When the length of the session began. */
  readonly signedInAt: Date;
  /** When the factors were last given. */
  readonly authenticatedAt: Date;
}

/** Better Auth's columns of a session, beside its own. */
export const SESSION_FIELDS = {
  factors: { type: 'string[]', required: true, input: false },
  signedInAt: { type: 'date', required: true, input: false },
  authenticatedAt: { type: 'date', required: true, input: false },
} as const;

/** The factors that open a session at each endpoint of Better Auth. */
const OPENING: ReadonlyMap<string, readonly Factor[]> = new Map([
  // On a trusted device too: that a code was given there once is no factor of this sign-in.
  ['/sign-in/email', ['password']],
  ['/two-factor/verify-totp', ['password', 'totp']],
  ['/two-factor/verify-backup-code', ['password', 'backup_code']],
  ['/passkey/verify-authentication', ['passkey']],
]);
const LONG_AGO = new Date(0);

/**
 * What a new session starts with. A session that replaces another, as a change of the password or
 * of a factor makes Better Auth do, is as old as the one before. A session that is opened in any
 * other way has ended before it begins.
 * @param created what Better Auth is about to store; it copies the fields of a session it replaces
 */
export function newSessionFacts(
  created: object,
  endpoint: Endpoint | null,
  now: Date,
): SessionFacts {
  const path = endpoint?.path;
  const replaced = path === '/change-password' ? endpoint?.context.session?.session : created;
  if (isSessionFacts(replaced)) {
    const { factors, signedInAt, authenticatedAt } = replaced;
    // To set an authenticator app up, a code of it was given.
    const given = path === '/two-factor/verify-totp' ? (['totp'] as const) : [];
    return { factors: [...new Set([...factors, ...given])], signedInAt, authenticatedAt };
  }
  const factors = OPENING.get(path ?? '');
  if (!factors) return { factors: [], signedInAt: LONG_AGO, authenticatedAt: LONG_AGO };
  return { factors: [...factors], signedInAt: now, authenticatedAt: now };
}

interface Endpoint {
  readonly path?: string | undefined;
  readonly context: { readonly session?: { readonly session: object } | null };
}

function isSessionFacts(given: object | undefined): given is SessionFacts {
  return given !== undefined && 'factors' in given && Array.isArray(given.factors);
}

export function parseFactors(texts: readonly string[]): Factor[] {
  return FACTORS.filter((factor) => texts.includes(factor));
}

export function sessionView({ factors, authenticatedAt, expiresAt }: Session): SessionView {
  return {
    factors: [...factors],
    authenticatedAt: authenticatedAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
  };
}
