import type { ErrorCode } from '@tollkeeper/contract';
import { ApiError } from '@tollkeeper/sdk';

/**
 * Waits for the request; a refusal with that code is thrown as one about a single field, for the
 * routes that can refuse so for one reason only.
 * @param message what to say there; the server's own sentence unless given
 */
export async function tellAt<T>(
  field: string,
  code: ErrorCode,
  request: Promise<T>,
  message?: string,
): Promise<T> {
  try {
    return await request;
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== code || error.problem.errors) throw error;
    const errors = [{ path: field, message: message ?? error.problem.detail }];
    throw new ApiError({ ...error.problem, errors });
  }
}
