/** The dashboard's one client of the API: the page's own origin, the session's cookie. */

import { createClient } from '@tollkeeper/sdk';
import { organizationHeader } from './chosen-organization.ts';
import { type Refusals, sendAgain } from './send-again.ts';
import { noteServerTime } from './server-clock.ts';

let refusals: Refusals | undefined;

/** What to do when any request finds the session gone, or not enough. */
export function onRefusals(listeners: Refusals): void {
  refusals = listeners;
}

export const api = createClient({
  baseUrl: '',
  headers: organizationHeader,
  fetch: async (input, init) => {
    const response = await sendAgain(() => fetch(input, init), refusals);
    noteServerTime(response, Date.now());
    return response;
  },
});
