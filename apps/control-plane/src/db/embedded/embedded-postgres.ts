import type { Settings } from './settings.ts';

export interface EmbeddedPostgres {
  /** What a pg client needs; the host is the folder of the socket. */
  readonly connection: { host: string; port: number; user: string; database: string };
  /** Resolves, never rejects, when the server ends without `stop`: then the process has to end too. */
  readonly lost: Promise<Error>;
  /** Idempotent; resolves when the postmaster has exited. Leaves a borrowed server alone. */
  stop(): Promise<void>;
}

export interface EmbeddedOptions {
  /** Made if it is missing. */
  dataDir: string;
  log: (message: string) => void;
  /** Who we are, for the sentence that refuses a second: "pid 123, started …, serving http://…". */
  holder: string;
  /** Beside those of every start, or instead of them: a test server gives up its durability. */
  settings?: Settings;
}

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
