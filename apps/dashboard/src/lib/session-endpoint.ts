import { problem } from '@tollkeeper/contract';
import { ApiError } from '@tollkeeper/sdk';
import { basePath } from './base-path.ts';
import { sendAgain } from './send-again.ts';

/**
 * Asks one of Better Auth's endpoints, which no contract declares.
 * @returns the answer, for the caller to parse
 * @throws ApiError when it refuses; TypeError when the server cannot be reached
 */
export function readSession(name: string, query: Record<string, string> = {}): Promise<unknown> {
  return ask(`${name}?${new URLSearchParams(query)}`, {});
}

/** The same for what changes something. */
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
