import type { ErrorCode, Problem } from '@tollkeeper/contract';

export type ErrorDetails = Pick<
  Problem,
  'errors' | 'scopes' | 'limit' | 'count' | 'state' | 'factors' | 'newer'
>;

interface DomainErrorOptions extends ErrorOptions, ErrorDetails {
  readonly retryAfterS?: number;
}

/** An error that the caller can act on; its code is in the contract's table. */
export class DomainError extends Error {
  override readonly name = 'DomainError';
  readonly code: ErrorCode;
  readonly details: ErrorDetails;
  /** Seconds to wait before another attempt; the answer says it in its sentence and its header. */
  readonly retryAfterS: number | undefined;

  constructor(code: ErrorCode, message: string, options: DomainErrorOptions = {}) {
    const { cause, retryAfterS, ...details } = options;
    super(message, cause === undefined ? {} : { cause });
    this.code = code;
    this.details = details;
    this.retryAfterS = retryAfterS;
  }
}

/** The refusal of one field of a body. */
export function invalidField(path: string, message: string): DomainError {
  return new DomainError('validation_failed', `The field "${path}" ${message}.`, {
    errors: [{ path, message }],
  });
}

/** Another organization's thing and no thing at all look the same. */
export function notFound(what: string, id: string): DomainError {
  return new DomainError(
    'not_found',
    `There is no ${what} "${id}" that you can see. Check the id, and which organization you are in.`,
  );
}
