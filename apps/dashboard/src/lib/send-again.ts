import { problem } from '@tollkeeper/contract';

export interface Refusals {
  /** The server no longer knows the session. @returns whether the person has signed in again */
  readonly onSignedOut: () => Promise<boolean>;
  /** The organization takes nothing before the member has a second factor. */
  readonly onSecondFactorAsked: () => void;
}

/**
 * Sends the request. Where the session turns out to have ended, sends it once more after the person
 * has signed in again: nothing that they entered is lost, and no button is to be pressed twice.
 */
export async function sendAgain(
  send: () => Promise<Response>,
  refusals: Refusals | undefined,
): Promise<Response> {
  const response = await send();
  if (!refusals) return response;
  if (response.status === 401 && (await refusals.onSignedOut())) return send();
  if (response.status === 403 && (await codeOf(response)) === 'two_factor_required') {
    refusals.onSecondFactorAsked();
  }
  return response;
}

async function codeOf(response: Response): Promise<string | undefined> {
  const answer: unknown = await response
    .clone()
    .json()
    .catch(() => undefined);
  return problem.safeParse(answer).data?.code;
}
