/** The dashboard's one client of the API: the page's own origin, the session's cookie. */

import { problem } from '@tollkeeper/contract';
import { createClient } from '@tollkeeper/sdk';
import { organizationHeader } from './chosen-organization.ts';
import { noteServerTime } from './server-clock.ts';

let signedOut: () => void = () => {};
let secondFactorAsked: () => void = () => {};

/** What to do when the server no longer knows the session, whichever request found out. */
export function onSignedOut(listener: () => void): void {
  signedOut = listener;
}

/** What to do when the organization takes nothing before the member has a second factor. */
export function onSecondFactorAsked(listener: () => void): void {
  secondFactorAsked = listener;
}

export const api = createClient({
  baseUrl: '',
  headers: organizationHeader,
  fetch: async (input, init) => {
    const response = await fetch(input, init);
    noteServerTime(response, Date.now());
    if (response.status === 401) signedOut();
    if (response.status === 403 && (await asksSecondFactor(response))) secondFactorAsked();
    return response;
  },
});

async function asksSecondFactor(response: Response): Promise<boolean> {
  const refusal = problem.safeParse(
    await response
      .clone()
      .json()
      .catch(() => undefined),
  );
  return refusal.success && refusal.data.code === 'two_factor_required';
}
