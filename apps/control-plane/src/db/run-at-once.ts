import { isDivisionByZero } from './database-errors.ts';
import type { Prepared } from './statement.ts';
import { runGroup } from './statement-group.ts';
import { connectionsOf } from './transaction.ts';

/**
 * Runs the statements as one transaction, sent in one piece: between them PostgreSQL does not wait
 * for this process, so one that stands still holds no lock. If one fails, nothing stands.
 * @throws the error of the first that failed
 */
export async function runAtOnce(database: object, statements: readonly Prepared[]): Promise<void> {
  const client = await connectionsOf(database).pool.connect();
  const ignore = () => undefined;
  const { error } = await runGroup(
    client,
    statements.map((statement) => ({ ...statement, resolve: ignore, reject: ignore })),
  );
  // After a failure it is not known which statements the connection has prepared, unless one failed
  // on purpose.
  client.release(error !== undefined && !isDivisionByZero(error));
  if (error !== undefined) throw error;
}
