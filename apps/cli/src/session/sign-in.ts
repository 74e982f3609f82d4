import { EXIT, type ExitCode, Failure } from '../failure.ts';

interface EmailAndPassword {
  readonly email: string;
  readonly password: string;
}

/**
 * Opens a session and answers its cookies as one Cookie header.
 * Throws Failure if the server refuses.
 * @param device from `deviceOf`, where this machine has signed in before
 * @param askCode called where the account has a second factor: the app's code, or a backup code
 */
export async function signIn(
  request: typeof fetch,
  url: string,
  { email, password }: EmailAndPassword,
  device: string | undefined,
  askCode: () => Promise<string>,
): Promise<string> {
  const first = await callAuth(request, url, 'sign-in/email', { email, password }, device);
  if (!first.response.ok) {
    throw authRefusal(first, url, 'The email or the password is not right. Try again.');
  }
  const asksMore = fieldOf(first.body, 'twoFactorRedirect') === true;
  const last = asksMore ? await giveCode(request, url, first, device, await askCode()) : first;
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
  device: string | undefined,
  text: string,
): Promise<AuthAnswer> {
  const code = text.trim();
  const factor = /^\d{6}$/.test(code) ? 'verify-totp' : 'verify-backup-code';
  const cookie = [cookiesOf(first) ?? [], device ?? []].flat().join('; ');
  const answer = await callAuth(request, url, `two-factor/${factor}`, { code }, cookie);
  if (answer.response.ok) return answer;
  throw authRefusal(
    answer,
    url,
    'The code is not right, or too old. Sign in again with a new one.',
  );
}

export interface AuthAnswer {
  readonly response: Response;
  readonly body: unknown;
}

/** Calls one of the sign-in endpoints, which stand beside the API and its typed client. */
export async function callAuth(
  request: typeof fetch,
  url: string,
  name: string,
  body: Readonly<Record<string, string>>,
  cookie?: string,
): Promise<AuthAnswer> {
  const response = await request(`${url}/api/auth/${name}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      origin: new URL(url).origin,
      ...(cookie ? { cookie } : {}),
    },
    body: JSON.stringify(body),
  });
  return { response, body: await response.json().catch(() => undefined) };
}

/** The cookies that an answer sets, as one Cookie header; undefined if it sets none. */
function cookiesOf({ response }: AuthAnswer): string | undefined {
  const cookies = response.headers
    .getSetCookie()
    .map((line) => line.split(';', 1)[0] ?? '')
    .filter((cookie) => /^[^=]+=./.test(cookie));
  return cookies.length === 0 ? undefined : cookies.join('; ');
}

/** The cookies that an answer sets, where a session is among them; else undefined. */
export function sessionCookieOf(answer: AuthAnswer): string | undefined {
  const cookies = cookiesOf(answer);
  return cookies && /session_token=/.test(cookies) ? cookies : undefined;
}

/**
 * The cookie by which the server knows a device that has signed in before: its attempts are counted
 * apart from those of strangers, who therefore cannot keep it out.
 * @param cookies as they were stored
 */
export function deviceOf(cookies: string): string | undefined {
  return cookies.split('; ').find((cookie) => /^(__Secure-)?tollkeeper\.device=/.test(cookie));
}

/**
 * What a refused sign-in says to a person.
 * @param wrong the sentence for what does not belong together (401)
 */
export function authRefusal(answer: AuthAnswer, url: string, wrong: string): Failure {
  const { response, body } = answer;
  if (response.status === 401) return new Failure(EXIT.unauthenticated, wrong);
  const said = fieldOf(body, 'detail') ?? fieldOf(body, 'message');
  // The sentence already says how long to wait.
  if (response.status === 429 && typeof said === 'string') {
    return new Failure(EXIT.unexpected, said);
  }
  if (typeof said !== 'string') {
    const text = `${url} answered ${response.status} to the sign-in. Is it a Tollkeeper server?`;
    return new Failure(EXIT.unreachable, text);
  }
  return new Failure(exitCodeOf(response.status), `The server refused the sign-in: ${said}`);
}

export function fieldOf(body: unknown, name: string): unknown {
  return typeof body === 'object' && body !== null ? Reflect.get(body, name) : undefined;
}

function exitCodeOf(status: number): ExitCode {
  if (status === 403) return EXIT.forbidden;
  return status >= 400 && status < 500 ? EXIT.invalidInput : EXIT.unexpected;
}
