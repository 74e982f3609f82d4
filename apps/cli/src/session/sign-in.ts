import { EXIT, type ExitCode } from '../exit-codes.ts';
import { Failure } from '../failure.ts';

export interface EmailAndPassword {
  readonly email: string;
  readonly password: string;
}

/**
 * Opens a session and answers its cookies as one Cookie header.
 * Throws Failure if the server refuses.
 */
export async function signIn(
  request: typeof fetch,
  url: string,
  body: EmailAndPassword,
): Promise<string> {
  const response = await request(`${url}/api/auth/sign-in/email`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: new URL(url).origin },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw await refusal(response, url);
  const cookie = sessionCookie(response.headers.getSetCookie());
  if (cookie) return cookie;
  const advice = 'If the account has a second factor, use "tollkeeper login --api-key-stdin".';
  throw new Failure(EXIT.unauthenticated, `The server opened no session. ${advice}`);
}

/** Ends the session on the server. Answers whether the server confirmed it. */
export async function signOut(
  request: typeof fetch,
  url: string,
  cookie: string,
): Promise<boolean> {
  const response = await request(`${url}/api/auth/sign-out`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', cookie, origin: new URL(url).origin },
    body: '{}',
  });
  return response.ok;
}

function sessionCookie(lines: readonly string[]): string | undefined {
  const cookies = lines
    .map((line) => line.split(';', 1)[0] ?? '')
    .filter((cookie) => /^[^=]+=./.test(cookie));
  const session = cookies.some((cookie) => /session_token=/.test(cookie));
  return session ? cookies.join('; ') : undefined;
}

async function refusal(response: Response, url: string): Promise<Failure> {
  const answer: unknown = await response.json().catch(() => undefined);
  const said = textOf(answer, 'detail') ?? textOf(answer, 'message');
  if (response.status === 429) return new Failure(EXIT.unexpected, tooMany(response));
  if (response.status === 401) {
    return new Failure(EXIT.unauthenticated, 'The email or the password is not right. Try again.');
  }
  if (said === undefined) {
    const text = `${url} answered ${response.status} to the sign-in. Is it a Tollkeeper server?`;
    return new Failure(EXIT.unreachable, text);
  }
  return new Failure(exitCodeOf(response.status), `The server refused the sign-in: ${said}`);
}

function exitCodeOf(status: number): ExitCode {
  if (status === 403) return EXIT.forbidden;
  return status >= 400 && status < 500 ? EXIT.invalidInput : EXIT.unexpected;
}

function tooMany(response: Response): string {
  const seconds = response.headers.get('retry-after') ?? response.headers.get('x-retry-after');
  return `Too many attempts to sign in. Wait ${seconds ? `${seconds} seconds` : 'a minute'}, then try again.`;
}

function textOf(answer: unknown, field: string): string | undefined {
  if (typeof answer !== 'object' || answer === null) return undefined;
  const value = (answer as Record<string, unknown>)[field];
  return typeof value === 'string' ? value : undefined;
}
