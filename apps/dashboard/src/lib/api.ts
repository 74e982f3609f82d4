/** The dashboard's one client of the API: the page's own origin, the session's cookie. */

import { createClient } from '@tollkeeper/sdk';
import { basePath } from './base-path.ts';
import { organizationHeader } from './chosen-organization.ts';
import { withdrawUndo } from './offer-undo.ts';
import { sendAgain } from './send-again.ts';
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
