import pg from 'pg';
import { isDivisionByZero } from './database-errors.ts';
import type { Prepared } from './statement.ts';
import { connectionsOf } from './transaction.ts';

/** A statement of a group, and who learns what became of it. */
export interface GroupedStatement extends Prepared {
  readonly resolve: (rows: pg.QueryResultRow[]) => void;
  readonly reject: (error: unknown) => void;
}

/** How far a group came: all of it, or up to the statement that failed. */
interface GroupOutcome {
  readonly error?: unknown;
  readonly executed: number;
}

/**
 * Runs several statements as one query of pg, with one Sync behind them: PostgreSQL runs what stands
 * before a Sync as one transaction, without BEGIN and COMMIT. Once a statement has failed, PostgreSQL
 * reads no further, and nothing of the group stands.
 */
export function runGroup(
  client: Pick<pg.PoolClient, 'query'>,
  statements: readonly GroupedStatement[],
): Promise<GroupOutcome> {
  return new Promise((resolve) => {
    const group: StatementGroup = new StatementGroup(statements, (error) =>
      resolve({ executed: group.executed, ...(error ? { error } : {}) }),
    );
    client.query(group as unknown as pg.Submittable);
  });
}

type Callback = (error: unknown, result?: pg.QueryResult) => void;

/** What pg's client calls on a query; pg's types leave most of it out. */
interface Answered {
  callback: Callback;
  submit(connection: Connection): Error | null;
  handleRowDescription(message: object): void;
  handleDataRow(message: object): void;
  handleCommandComplete(message: object, connection: Connection): void;
  handleReadyForQuery(connection: Connection): void;
  handleError(error: unknown, connection: Connection): void;
}

interface Connection {
  readonly parsedStatements: Readonly<Record<string, string>>;
  readonly submittedNamedStatements: Record<string, string>;
  execute(config: { readonly portal: string }): void;
  sync(): void;
}

const Query = pg.Query as unknown as new (config: object, callback: Callback) => Answered;

/** A query of pg that hands each message to that of its statements which it answers. */
class StatementGroup extends Query {
  readonly #statements: readonly GroupedStatement[];
  readonly #queries: readonly Answered[];
  #executed = 0;
  #isRefused = false;

  constructor(statements: readonly GroupedStatement[], callback: Callback) {
    super({ text: '' }, callback);
    this.#statements = statements;
    this.#queries = statements.map(
      ({ name, text, values, resolve, reject }) =>
        new Query({ name, text, values: [...values] }, (error, result) => {
          if (!error) return resolve(result?.rows ?? []);
          this.#isRefused = true;
          reject(error);
        }),
    );
  }

  get executed(): number {
    return this.#executed;
  }

  /** By these the client notes which statements the connection has prepared. */
  get name(): string | undefined {
    return this.#statements[this.#executed]?.name;
  }
  set name(_none) {}
  get text(): string | undefined {
    return this.#statements[this.#executed]?.text;
  }
  set text(_none) {}

  override submit(connection: Connection): null {
    const withoutSync = Object.create(connection, { sync: { value: () => undefined } });
    for (const query of this.#queries) {
      if (query.submit(withoutSync) !== null) this.#isRefused = true;
    }
    // A value that pg cannot write was not sent, and the others may not stand without it: to ask for
    // a portal that is not there undoes them.
    if (this.#isRefused) connection.execute({ portal: 'none' });
    connection.sync();
    return null;
  }

  override handleRowDescription(message: object): void {
    this.#queries[this.#executed]?.handleRowDescription(message);
  }

  override handleDataRow(message: object): void {
    this.#queries[this.#executed]?.handleDataRow(message);
  }

  override handleCommandComplete(message: object, connection: Connection): void {
    this.#queries[this.#executed]?.handleCommandComplete(message, connection);
    this.#executed += 1;
  }

  override handleReadyForQuery(connection: Connection): void {
    for (const query of this.#queries) query.handleReadyForQuery(connection);
    this.callback(null);
  }

  override handleError(error: unknown, connection: Connection): void {
    const failed = this.#queries[this.#executed];
    for (const { name } of this.#statements.slice(this.#executed)) {
      // What PostgreSQL did not read, it did not prepare.
      if (connection.parsedStatements[name] === undefined) {
        delete connection.submittedNamedStatements[name];
      }
    }
    failed?.handleError(error, connection);
    // The failed statement rejects before the others, so that callers can tell which one failed first.
    setImmediate(() => {
      for (const query of this.#queries) if (query !== failed) query.handleError(error, connection);
    });
    this.callback(error);
  }
}

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
