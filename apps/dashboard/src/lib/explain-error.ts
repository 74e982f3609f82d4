import { ApiError } from '@tollkeeper/sdk';

/** A sentence for a person: what went wrong and what to do next. */
export function explainError(error: unknown): string {
  if (error instanceof ApiError) return error.problem.detail;
  if (error instanceof TypeError) {
    return 'Cannot reach the server. Check that Tollkeeper is running and that you are connected, then try again.';
  }
  return 'The server gave an answer that this page does not understand. Reload the page; if that does not help, update the server.';
}

/** The id under which the server's log knows the failed request. */
export function requestIdOf(error: unknown): string | undefined {
  return error instanceof ApiError && error.problem.requestId ? error.problem.requestId : undefined;
}
