export type EmbeddedPostgresErrorCode =
  | 'held'
  | 'unsupported_platform'
  | 'missing_library'
  | 'failed';

export class EmbeddedPostgresError extends Error {
  override name = 'EmbeddedPostgresError';
  readonly code: EmbeddedPostgresErrorCode;

  constructor(code: EmbeddedPostgresErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The last part of every sentence about an embedded server that cannot run here. */
export const INSTEAD = 'Set DATABASE_URL to use a PostgreSQL server of your own.';

/** An error that already is a sentence stays as it is; anything else becomes `failed`. */
export function toEmbeddedPostgresError(error: unknown, doing: string): EmbeddedPostgresError {
  if (error instanceof EmbeddedPostgresError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new EmbeddedPostgresError('failed', `Cannot ${doing}: ${reason}. ${INSTEAD}`, {
    cause: error,
  });
}
