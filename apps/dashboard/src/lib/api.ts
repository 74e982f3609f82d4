/** The dashboard's one client of the API: the page's own origin, the session's cookie. */
import { createClient } from '@tollkeeper/sdk';
import { organizationHeader } from './chosen-organization.ts';

let signedOut: () => void = () => {};

/** What to do when the server no longer knows the session, whichever request found out. */
export function onSignedOut(listener: () => void): void {
  signedOut = listener;
}

export const api = createClient({
  baseUrl: '',
  headers: organizationHeader,
  fetch: async (input, init) => {
    const response = await fetch(input, init);
    if (response.status === 401) signedOut();
    return response;
  },
});
