/** The dashboard's one client of the API: the page's own origin, the session's cookie. */

import { problem } from '@tollkeeper/contract';
import { ApiError, createClient } from '@tollkeeper/sdk';
import { organizationHeader } from './chosen-organization.ts';
import { withdrawUndo } from './offer-undo.ts';
import { basePath } from './page-address.ts';
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
