import { DatabaseSync } from 'node:sqlite';

const SQLITE_BUSY = 5;

/** A lock whose object is collected as garbage would be released, so every held one stays in here. */
const held = new Set<DatabaseSync>();

/**
 * Takes the lock on `file`, or gives undefined when a living process has it; the value releases it.
 * The kernel lets go when the process dies, whatever kills it. SQLite's write lock on an empty file
 * is the one kernel lock in Node's library, and all that it is used for. Nothing else may open
 * `file`: closing it would drop the lock.
 */
export function lockFolder(file: string): (() => void) | undefined {
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    database.exec('BEGIN IMMEDIATE');
  } catch (error) {
    database.close();
    if (error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY) {
      return undefined;
    }
    throw error;
  }
  held.add(database);
  return () => {
    if (held.delete(database)) database.close();
  };
}
