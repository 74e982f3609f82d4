import type { ErrorCode } from '@tollkeeper/contract';
import { errorAtField } from './api-errors.ts';

const WRONG = 'The password is wrong.';

let given: string | undefined;

/**
 * Sends what the person has typed their password for. Where the server asks them to confirm that it
 * is them as well, they do not type it again.
 * @param code by which the server refuses a wrong password, which is thrown as one about the field
 */
export async function withPassword<T>(
  password: string,
  code: ErrorCode,
  send: () => Promise<T>,
): Promise<T> {
  given = password;
  try {
    const sending = errorAtField('password', code, send(), WRONG);
    return await errorAtField('password', 'sign_in_failed', sending, WRONG);
  } finally {
    given = undefined;
  }
}

/** The password that the person has typed for the request that is under way. */
export function givenPassword(): string | undefined {
  return given;
}
