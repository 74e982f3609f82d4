/** Who is signed in, and Better Auth's endpoints that open and end sessions. */
import { mutationOptions, queryOptions, useSuspenseQuery } from '@tanstack/react-query';
import {
  type Identity,
  problem,
  type RouteInput,
  type Routes,
  type Scope,
} from '@tollkeeper/contract';
import { z } from 'zod';
import { api, changeSession, readSession } from '../../lib/api.ts';
import { errorAtField } from '../../lib/api-errors.ts';
import { basePath } from '../../lib/page-address.ts';
import { refresh } from '../../lib/query-client.ts';
import { provePasskey } from '../../lib/web-authn.ts';

export const identityQuery = queryOptions({
  queryKey: ['identity'],
  queryFn: ({ signal }) => api.whoami({}, { signal }),
  staleTime: 60_000,
});

/** The member signed in. Only below the shell, whose route has loaded it. */
export function useIdentity(): Identity {
  return useSuspenseQuery(identityQuery).data;
}

/** Whether the member holds the scope. Hides what the server would refuse; the server decides. */
export function useCan(scope: Scope): boolean {
  return useIdentity().scopes.includes(scope);
}

export type Proof = RouteInput<Routes['confirmSession']>['body'];

/** Signs in once more to the session that the person has. */
export const confirmSessionMutation = mutationOptions({
  mutationFn: (body: Proof) => api.confirmSession({ body }),
  onSuccess: refresh(identityQuery),
});

/** Has the browser prove that the person holds one of their passkeys. */
export async function askPasskey(): Promise<unknown> {
  return provePasskey(await readSession('passkey/generate-authenticate-options'));
}

export const passkeySignInMutation = mutationOptions({
  mutationFn: async () => {
    await changeSession('passkey/verify-authentication', { response: await askPasskey() });
  },
});

interface SecondFactor {
  readonly endpoint: 'two-factor/verify-totp' | 'two-factor/verify-backup-code';
  readonly code: string;
  /** What to say of a code that is refused. */
  readonly wrong: string;
}

export const secondFactorMutation = mutationOptions({
  mutationFn: ({ endpoint, code, wrong }: SecondFactor) =>
    errorAtField('code', 'unauthenticated', changeSession(endpoint, { code }), wrong),
});

type SignInResult =
  | { readonly kind: 'signed_in' }
  /** The password is right, and opens nothing before a code is given. */
  | { readonly kind: 'second_factor' }
  | { readonly kind: 'refused'; readonly message: string };

interface Credentials {
  readonly email: string;
  readonly password: string;
}

export const signInMutation = mutationOptions({ mutationFn: signIn });

const signInAnswer = z.looseObject({ twoFactorRedirect: z.boolean().optional() });

/** Opens a session. Throws fetch's TypeError when the server cannot be reached. */
async function signIn(credentials: Credentials): Promise<SignInResult> {
  const response = await post('/api/auth/sign-in/email', credentials);
  if (response.ok) {
    const { twoFactorRedirect } = signInAnswer.parse(await response.json());
    return { kind: twoFactorRedirect ? 'second_factor' : 'signed_in' };
  }
  if (response.status === 401 || response.status === 422) {
    return { kind: 'refused', message: 'The email or the password is wrong.' };
  }
  return { kind: 'refused', message: await explanationOf(response) };
}

/** The server's own sentence, which also says how long to wait after too many attempts. */
async function explanationOf(response: Response): Promise<string> {
  const refusal = problem.safeParse(await response.json().catch(() => undefined));
  if (refusal.success) return refusal.data.detail;
  return `The server answered ${response.status}. Try again in a moment; its log says why.`;
}

/** Ends this session. Throws when the server did not confirm. */
export function signOut(): Promise<void> {
  return endSession('/api/auth/sign-out');
}

/** Ends every session of the person, on every device, this one included. */
export async function signOutEverywhere(): Promise<void> {
  await endSession('/api/auth/revoke-sessions');
  await endSession('/api/auth/sign-out');
}

async function endSession(path: string): Promise<void> {
  const response = await post(path, {});
  // 401: the session was gone already, which is what was asked for.
  if (!response.ok && response.status !== 401) {
    throw new Error(`Signing out failed: the server answered ${response.status}. Try again.`);
  }
}

function post(path: string, body: unknown): Promise<Response> {
  return fetch(basePath + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}
