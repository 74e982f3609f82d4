import { problem } from '@tollkeeper/contract';
import { z } from 'zod';
import { basePath } from '../../lib/base-path.ts';

export type SignInResult =
  | { readonly kind: 'signed_in' }
  /** The password is right, and opens nothing before a code is given. */
  | { readonly kind: 'second_factor' }
  | { readonly kind: 'refused' }
  | { readonly kind: 'failed'; readonly message: string };

const answer = z.looseObject({ twoFactorRedirect: z.boolean().optional() });

/** Opens a session. Throws fetch's TypeError when the server cannot be reached. */
export async function signIn(email: string, password: string): Promise<SignInResult> {
  const response = await fetch(`${basePath}/api/auth/sign-in/email`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password }),
  });
  if (response.ok) {
    const { twoFactorRedirect } = answer.parse(await response.json());
    return { kind: twoFactorRedirect ? 'second_factor' : 'signed_in' };
  }
  if (response.status === 401 || response.status === 422) return { kind: 'refused' };
  return { kind: 'failed', message: await explanationOf(response) };
}

/** The server's own sentence, which also says how long to wait after too many attempts. */
async function explanationOf(response: Response): Promise<string> {
  const refusal = problem.safeParse(await response.json().catch(() => undefined));
  if (refusal.success) return refusal.data.detail;
  return `The server answered ${response.status}. Try again in a moment; its log says why.`;
}
