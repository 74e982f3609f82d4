import type pg from 'pg';
import { type Known, type Memory, recall, remember } from './memory.ts';

type Client = Pick<pg.PoolClient | pg.Pool, 'query'>;

/** A statement that is prepared by name, with its values. */
export interface Prepared {
  readonly name: string;
  readonly text: string;
  readonly values: readonly unknown[];
}

/** Takes what an optimistic transaction does, to send it later. */
export interface Recorder {
  /** @returns what the statement showed last time; throws where that is not known */
  read(statement: Prepared): pg.QueryResultRow;
  /**
   * Takes a statement that fails by a division by zero unless something holds.
   * @param holds by which it is remembered that it did last time; throws where it did not
   */
  check(statement: Prepared, holds: Pick<Prepared, 'name' | 'values'>): void;
  write(statement: Prepared): Promise<pg.QueryResultRow[]>;
}

interface Connected {
  readonly client: Client | Recorder;
  readonly memory: Memory;
}

const connected = new WeakMap<object, Connected>();

/** For `connect`: what a database or a transaction of Drizzle sends its statements by. */
export function setClient(database: object, client: Client | Recorder, memory: Memory): void {
  connected.set(database, { client, memory });
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
    const { client } = connectedOf(database, name);
    if (isRecorder(client)) throw new Unforeseen(name);
    return query<Row>(client, { name, text, values });
  };
}

/**
 * Reads and locks at most one row, by which changes are decided. What it shows is remembered, so that
 * an optimistic transaction can do without asking (`runOptimistically`).
 */
export function defineLockedRead<Row extends pg.QueryResultRow, Values extends readonly unknown[]>(
  name: string,
  text: string,
): Statement<Row, Values> {
  const withText = `select found.*, found::text as "asText" from (${text}) as found`;
  return async (database, values) => {
    const { client, memory } = connectedOf(database, name);
    if (isRecorder(client)) return [client.read({ name, text, values }) as Row];
    const [row] = await query<Row & { asText: string }>(client, { name, text: withText, values });
    if (!row) return [];
    const { asText, ...rest } = row;
    remember(memory, name, values, { row: rest, asText });
    return [rest as unknown as Row];
  };
}

const HOLDS: Known = { row: {}, asText: '' };

/**
 * Asks whether something holds that a locked row keeps as it is, or claims something and asks whether
 * that succeeded. An optimistic transaction goes on as if it did, where it did last time for the same
 * first value, and changes nothing where it does not.
 * @param condition a boolean expression
 * @param claim WITH and the statements that the condition is about, if it is about any
 */
export function defineCheck<Values extends readonly [subject: string, ...unknown[]]>(
  name: string,
  condition: string,
  claim = '',
): (database: object, values: Values) => Promise<boolean> {
  const text = `${claim} select (${condition}) as holds`;
  const orFail = { name: `require-${name}`, text: `${claim} select 1 / (${condition})::int` };
  return async (database, values) => {
    const { client, memory } = connectedOf(database, name);
    const subject = { name, values: values.slice(0, 1) };
    if (isRecorder(client)) {
      client.check({ ...orFail, values }, subject);
      return true;
    }
    const [row] = await query<{ holds: boolean }>(client, { name, text, values });
    if (!row?.holds) return false;
    remember(memory, name, subject.values, HOLDS);
    return true;
  };
}

/**
 * Writes what no locked read shows, but for rows that `expectRow` announces, and is sent without
 * anybody waiting for it in its transaction (`awaitAtCommit`).
 */
export function defineUnawaitedWrite<
  Row extends pg.QueryResultRow,
  Values extends readonly unknown[],
>(name: string, text: string): Statement<Row, Values> {
  return async (database, values) => {
    const { client } = connectedOf(database, name);
    const statement = { name, text, values };
    return isRecorder(client)
      ? ((await client.write(statement)) as Row[])
      : query<Row>(client, statement);
  };
}

/**
 * Announces what a locked read will show once the transaction is committed. If it is not, or if another
 * process changes the row, an optimistic transaction finds that out and costs a round trip more.
 * @param asText the row as PostgreSQL writes it
 */
export function expectRow(
  database: object,
  name: string,
  values: readonly unknown[],
  row: pg.QueryResultRow,
  asText: string,
): void {
  remember(connectedOf(database, name).memory, name, values, { row, asText });
}

/**
 * The condition that a row, which the statement finds by its id, belongs to the organization. No index
 * can serve it: PostgreSQL could else find the row among all of the organization, by a plan that a
 * connection made when there were few rows, and keeps.
 */
export function belongsTo(table: string, organizationId: string): string {
  return `${table}.organization_id || '' = ${organizationId}`;
}

/** What an optimistic transaction needs to know was never read, or is not read under a lock. */
class Unforeseen extends Error {}

/** @returns what `Recorder.read` returns */
export function recallRow(memory: Memory, { name, values }: Pick<Prepared, 'name' | 'values'>) {
  const known = recall(memory, name, values);
  if (!known) throw new Unforeseen(name);
  return known;
}

function connectedOf(database: object, name: string): Connected {
  const found = connected.get(database);
  if (!found) throw new Error(`The statement "${name}" was given no connection`);
  return found;
}

function isRecorder(client: Client | Recorder): client is Recorder {
  return 'write' in client;
}

async function query<Row extends pg.QueryResultRow>(
  client: Client,
  { name, text, values }: Prepared,
): Promise<Row[]> {
  return (await client.query<Row>({ name, text, values: [...values] })).rows;
}
