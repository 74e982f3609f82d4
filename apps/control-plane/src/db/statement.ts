import type pg from 'pg';

type Client = Pick<pg.PoolClient | pg.Pool, 'query'>;

const clients = new WeakMap<object, Client>();

/** For `connect`: what a database or a transaction of Drizzle sends its statements by. */
export function setClient(database: object, client: Client): void {
  clients.set(database, client);
}

/** Sends the statement in the transaction, or on any connection of the database. */
export type Statement<Row, Values extends readonly unknown[]> = (
  database: object,
  values: Values,
) => Promise<Row[]>;

/**
 * A statement that PostgreSQL parses once for each connection and that costs this process no
 * building: for the few that every change sends. All others go through Drizzle.
 * @param name unique in the program
 */
export function defineStatement<Row extends pg.QueryResultRow, Values extends readonly unknown[]>(
  name: string,
  text: string,
): Statement<Row, Values> {
  return async (database, values) => {
    const client = clients.get(database);
    if (!client) throw new Error(`The statement "${name}" was given no connection`);
    return (await client.query<Row>({ name, text, values: [...values] })).rows;
  };
}
