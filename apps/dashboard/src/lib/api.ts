/** The dashboard's one client of the API: the page's own origin, the session's cookie. */
import { type Factor, type Problem, problem } from '@tollkeeper/contract';
import { ApiError, createClient } from '@tollkeeper/sdk';
import { organizationHeader } from './chosen-organization.ts';
import { withdrawUndo } from './offer-undo.ts';
import { basePath } from './page-address.ts';
import { noteServerTime } from './server-clock.ts';

export const api = createClient({
  baseUrl: basePath,
  headers: organizationHeader,
  fetch: async (input, init) => {
    const path = input instanceof Request ? input.url : String(input);
    withdrawUndo(path.slice(basePath.length), init?.method ?? 'GET');
    const response = await sendAgain(path, () => fetch(input, init));
    noteServerTime(response, Date.now());
    return response;
  },
});

/**
 * Asks one of Better Auth's endpoints, which no contract declares.
 * @returns the answer, for the caller to parse
 * @throws ApiError when it refuses; TypeError when the server cannot be reached
 */
export function readSession(name: string, query: Record<string, string> = {}): Promise<unknown> {
  return ask(`${name}?${new URLSearchParams(query)}`, {});
}

/** Changes something through one of Better Auth's endpoints; otherwise like `readSession`. */
export function changeSession(name: string, body: unknown): Promise<unknown> {
  return ask(name, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

async function ask(address: string, init: RequestInit): Promise<unknown> {
  const path = `/api/auth/${address}`;
  const response = await sendAgain(path, () => fetch(basePath + path, init));
  const answer: unknown = await response.json().catch(() => undefined);
  if (response.ok) return answer;
  const refusal = problem.safeParse(answer);
  if (refusal.success) throw new ApiError(refusal.data);
  throw new Error(`The server answered ${response.status}`);
}

interface Refusals {
  /** The server no longer knows the session. @returns whether the person has signed in again */
  readonly onSignedOut: () => Promise<boolean>;
  /** The sign-in is too long ago. @returns whether the person has confirmed that it is them */
  readonly onRecentSignInAsked: (factors: readonly Factor[]) => Promise<boolean>;
  /** The organization takes nothing before the member has a second factor. */
  readonly onSecondFactorAsked: () => void;
}

/** What answers a sign-in itself: its refusals are about what was just given. */
const SIGN_IN_PATH = '/v1/session/confirm';

let refusals: Refusals | undefined;

/** What to do when any request finds the session gone, or not enough. */
export function onRefusals(listeners: Refusals): void {
  refusals = listeners;
}

/**
 * Sends the request. Where the session has ended, or is not enough, sends it once more after the
 * person has signed in again: nothing that they entered is lost, and no button is pressed twice.
 */
async function sendAgain(path: string, send: () => Promise<Response>): Promise<Response> {
  const response = await send();
  if (!refusals || path.endsWith(SIGN_IN_PATH)) return response;
  if (response.status === 401) return afterSignIn(path, response, send, refusals);
  if (response.status !== 403) return response;
  const refusal = await problemOf(response);
  if (refusal?.code === 'two_factor_required') refusals.onSecondFactorAsked();
  if (refusal?.code !== 'recent_sign_in_required') return response;
  return (await refusals.onRecentSignInAsked(refusal.factors ?? [])) ? send() : response;
}

async function afterSignIn(
  path: string,
  response: Response,
  send: () => Promise<Response>,
  { onSignedOut }: Refusals,
): Promise<Response> {
  // Better Auth's endpoints say so of a wrong code, too.
  if (path.startsWith('/api/auth/')) return response;
  // A confirmed session has a new cookie; the request may have left with the one before.
  const second = await send();
  if (second.status !== 401) return second;
  return (await onSignedOut()) ? send() : second;
}

async function problemOf(response: Response): Promise<Problem | undefined> {
  const answer: unknown = await response
    .clone()
    .json()
    .catch(() => undefined);
  return problem.safeParse(answer).data;
}
