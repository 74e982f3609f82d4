import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import {
  type AuthAnswer,
  authRefusal,
  callAuth,
  cookiesOf,
  fieldOf,
  sessionCookieOf,
} from './auth-endpoint.ts';

export interface EmailAndPassword {
  readonly email: string;
  readonly password: string;
}

/**
 * Opens a session and answers its cookies as one Cookie header.
 * Throws Failure if the server refuses.
 * @param askCode called where the account has a second factor: the app's code, or a backup code
 */
export async function signIn(
  request: typeof fetch,
  url: string,
  { email, password }: EmailAndPassword,
  askCode: () => Promise<string>,
): Promise<string> {
  const first = await callAuth(request, url, 'sign-in/email', { email, password });
  if (!first.response.ok) {
    throw authRefusal(first, url, 'The email or the password is not right. Try again.');
  }
  const asksMore = fieldOf(first.body, 'twoFactorRedirect') === true;
  const last = asksMore ? await giveCode(request, url, first, await askCode()) : first;
  const cookie = sessionCookieOf(last);
  if (cookie) return cookie;
  const advice = 'Use "tollkeeper login" without a password, or --api-key-stdin.';
  throw new Failure(EXIT.unauthenticated, `The server opened no session. ${advice}`);
}

/** Ends the session on the server. Answers whether the server confirmed it. */
export async function signOut(
  request: typeof fetch,
  url: string,
  cookie: string,
): Promise<boolean> {
  return (await callAuth(request, url, 'sign-out', {}, cookie)).response.ok;
}

async function giveCode(
  request: typeof fetch,
  url: string,
  first: AuthAnswer,
  text: string,
): Promise<AuthAnswer> {
  const code = text.trim();
  const factor = /^\d{6}$/.test(code) ? 'verify-totp' : 'verify-backup-code';
  const answer = await callAuth(request, url, `two-factor/${factor}`, { code }, cookiesOf(first));
  if (answer.response.ok) return answer;
  throw authRefusal(
    answer,
    url,
    'The code is not right, or too old. Sign in again with a new one.',
  );
}
