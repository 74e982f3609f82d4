/** Drizzle wraps what the driver throws; PostgreSQL's code stands on the innermost cause. */
function databaseCode(error: unknown): string | undefined {
  for (let at = error; at instanceof Error; at = at.cause) {
    if ('code' in at && typeof at.code === 'string') return at.code;
  }
  return undefined;
}

/** Deadlock or serialization failure: the transaction did nothing and may be run again. */
export function isRetryable(error: unknown): boolean {
  const code = databaseCode(error);
  return code === '40P01' || code === '40001' || isOutdated(error);
}

/**
 * The server refused a statement, so that nothing of its transaction stands. Not where the
 * connection failed, or where PostgreSQL itself does not know (40003).
 */
export function isRolledBack(error: unknown): boolean {
  const code = databaseCode(error);
  return code !== undefined && /^(?!08|40003)[0-9A-Z]{5}$/.test(code);
}

/**
 * A newer version of Tollkeeper has changed the type of a column that a prepared statement of this
 * connection returns. The transaction did nothing, and a new connection prepares it anew.
 */
export function isOutdated(error: unknown): boolean {
  return databaseCode(error) === '0A000' && /cached plan/.test(messages(error));
}

/** What the driver says, without a code, of a connection that broke, or gave no answer in time. */
const BROKEN =
  /timeout exceeded when trying to connect|Connection terminated|connection error and is not queryable|Query read timeout/;

/** A statement took longer than the limits of its connection allow. Its transaction did nothing. */
export function isStatementTimeout(error: unknown): boolean {
  return databaseCode(error) === '57014';
}

/** Another row has the same value where each has one of its own. The transaction did nothing. */
export function isUniqueViolation(error: unknown): boolean {
  return databaseCode(error) === '23505';
}

/** What a statement says that fails on purpose where it found nothing: `1 / count(*)`. */
export function isDivisionByZero(error: unknown): boolean {
  return databaseCode(error) === '22012';
}

/** A statement waited for a lock longer than its connection allows. Its transaction did nothing. */
export function isLockTimeout(error: unknown): boolean {
  return databaseCode(error) === '55P03';
}

/**
 * The database cannot be reached or is stopping (PostgreSQL's classes 08, 53 and 57), gave no
 * connection or no answer in time, or ended what took too long (57014, 55P03 and 25P03).
 */
export function isUnavailable(error: unknown): boolean {
  const code = databaseCode(error);
  if (code === undefined) return BROKEN.test(messages(error));
  return /^(08|53|57P|57014|55P03|25P03)|^(ECONNREFUSED|ECONNRESET|ENOENT|EPIPE|ETIMEDOUT)$/.test(
    code,
  );
}

function messages(error: unknown): string {
  const list: string[] = [];
  for (let at = error; at instanceof Error; at = at.cause) list.push(at.message);
  return list.join('\n');
}
