import type pg from 'pg';
import { isDivisionByZero, isRolledBack } from './database-errors.ts';
import { forget, type Memory } from './memory.ts';
import { type Prepared, type Recorder, recallRow, setClient } from './statement.ts';
import { type GroupedStatement, runGroup } from './statement-group.ts';
import { connectionsOf, createTransaction, type Transaction } from './transaction.ts';

export type Outcome<T> =
  | { readonly kind: 'committed'; readonly result: T }
  /** Nothing has changed, and an ordinary transaction has to find out what happens. */
  | { readonly kind: 'unforeseen' }
  /**
   * Nothing has changed, unless the connection broke. `inRead` where PostgreSQL could not lock a row,
   * and so changed nothing.
   */
  | { readonly kind: 'failed'; readonly error: unknown; readonly inRead: boolean };

/**
 * A transaction in one round trip. The work gets what its locked reads showed last time, and its
 * writes are kept; then all is sent at once, and PostgreSQL first locks the same rows, and undoes
 * everything where one of them is no longer as it was. So what stands was decided by rows that were
 * locked, as in an ordinary transaction. Work that needs anything else to be read, or throws, changes
 * nothing here.
 * @param whenEnding as for `readFirst`
 */
export async function runOptimistically<T>(
  database: object,
  work: (tx: Transaction) => Promise<T>,
  whenEnding: (tx: Transaction) => void,
): Promise<Outcome<T>> {
  const { pool, memory } = connectionsOf(database);
  const recording = record(memory);
  const { tx, sent } = createTransaction(recording.recorder, memory);
  const prepared = await prepare(work, tx, sent);
  if (!prepared) return { kind: 'unforeseen' };
  const client = await pool.connect();
  let isBroken = false;
  try {
    const { statements, expectations } = recording;
    const group = runGroup(client, statements);
    setClient(tx, client, memory);
    whenEnding(tx);
    const { error, executed } = await group;
    if (error === undefined) {
      await Promise.all(sent);
      return { kind: 'committed', result: prepared.result };
    }
    const failed = statements[executed];
    const expectation = failed && expectations.get(failed);
    if (expectation && isDivisionByZero(error)) {
      forget(memory, expectation.name, expectation.values);
      return { kind: 'unforeseen' };
    }
    // What such a connection has prepared is not known.
    isBroken = true;
    return { kind: 'failed', error, inRead: expectation !== undefined && isRolledBack(error) };
  } finally {
    client.release(isBroken);
  }
}

/** Runs the work without sending anything. @returns undefined where it, or a write of it, failed */
async function prepare<T>(
  work: (tx: Transaction) => Promise<T>,
  tx: Transaction,
  sent: readonly Promise<unknown>[],
): Promise<{ readonly result: T } | undefined> {
  try {
    const result = await work(tx);
    let hasFailed = false;
    for (const statement of sent) {
      statement.catch(() => {
        hasFailed = true;
      });
    }
    // Runs after all that is settled by now.
    await new Promise<void>((resolve) => process.nextTick(resolve));
    return hasFailed ? undefined : { result };
  } catch {
    return undefined;
  }
}

function record(memory: Memory) {
  const statements: GroupedStatement[] = [];
  /** What a statement expects, by which it is remembered. */
  const expectations = new Map<GroupedStatement, Pick<Prepared, 'name' | 'values'>>();
  const checked = new Set<pg.QueryResultRow>();
  const ignore = () => undefined;
  const recorder: Recorder = {
    read(statement) {
      const { row, asText } = recallRow(memory, statement);
      // A second read in the same transaction would show the same: no write of it changes the row.
      if (!checked.has(row)) {
        checked.add(row);
        const check = { ...checkOf(statement, asText), resolve: ignore, reject: ignore };
        expectations.set(check, statement);
        statements.push(check);
      }
      return row;
    },
    check(statement, holds) {
      recallRow(memory, holds);
      const check = { ...statement, resolve: ignore, reject: ignore };
      expectations.set(check, holds);
      statements.push(check);
    },
    write(statement) {
      const { promise, resolve, reject } = Promise.withResolvers<pg.QueryResultRow[]>();
      statements.push({ ...statement, resolve, reject });
      return promise;
    },
  };
  return { recorder, statements, expectations };
}

/**
 * Locks the row, and fails unless it is as expected. Where another transaction has changed the row in
 * the meantime, PostgreSQL waits for that one and compares what it left.
 */
function checkOf({ name, text, values }: Prepared, asText: string): Prepared {
  return {
    name: `expect-${name}`,
    text: `select 1 / count(*) from (${text}) as found where found::text = $${values.length + 1}`,
    values: [...values, asText],
  };
}
