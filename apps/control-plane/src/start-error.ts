import { type Config, ConfigError } from './config.ts';
import { EmbeddedPostgresError } from './db/embedded/index.ts';

/**
 * The sentence for an error of the start that the configuration causes; undefined for any other,
 * whose stack is needed.
 */
export function describeStartError(error: unknown, config: Config | undefined): string | undefined {
  if (error instanceof ConfigError || error instanceof EmbeddedPostgresError) return error.message;
  const cause = innermost(error);
  if (cause === undefined || config === undefined) return undefined;
  if (cause.syscall === 'listen' && cause.code === 'EADDRINUSE') {
    return `${cause.message}. Another program listens there; set PORT to a free one.`;
  }
  if (cause.syscall === 'listen' || isLookUpOf(cause, config.host)) {
    return `${cause.message}. Check HOST and PORT.`;
  }
  if (cause.path?.startsWith(config.dataDir)) {
    return `TOLLKEEPER_DATA_DIR cannot be used: ${cause.message}.`;
  }
  if (config.databaseUrl !== undefined && UNUSABLE_DATABASE.test(cause.code ?? '')) {
    return `The database of DATABASE_URL cannot be used: ${cause.message || cause.code}.`;
  }
  return undefined;
}

/** Of the network, of TLS, and PostgreSQL's of connections, logins and missing databases. */
const UNUSABLE_DATABASE =
  /^(?:E[A-Z]+|CERT_\w+|DEPTH_ZERO\w+|SELF_SIGNED\w+|08\w{3}|28\w{3}|3D000|53\w{3}|57P03)$/;

interface StartError extends NodeJS.ErrnoException {
  readonly hostname?: string;
}

function innermost(error: unknown): StartError | undefined {
  if (!(error instanceof Error)) return undefined;
  const next = error instanceof AggregateError ? error.errors[0] : error.cause;
  return innermost(next) ?? error;
}

function isLookUpOf({ syscall, hostname }: StartError, host: string): boolean {
  return syscall === 'getaddrinfo' && hostname === host;
}
