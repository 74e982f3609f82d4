import { DatabaseSync } from 'node:sqlite';

const SQLITE_BUSY = 5;

/** A lock whose object is collected as garbage would be released, so every held one stays in here. */
const held = new Set<DatabaseSync>();

/**
 * Takes the lock on `file`, or gives undefined when a living process has it; the value releases it.
 *
 * The kernel lets go when the process dies, whatever kills it, and knows nothing of process ids, so
 * neither a stale file nor two containers that share a volume can deceive it. Node has no flock of
 * its own; SQLite's write lock on an empty file is the one kernel lock in the standard library, and
 * the lock is all it is used for. Nothing else may open `file`: closing it would drop the lock.
 */
export function tryLock(file: string): (() => void) | undefined {
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    // IMMEDIATE, not EXCLUSIVE: of two that try at once, EXCLUSIVE can refuse both.
    database.exec('BEGIN IMMEDIATE');
  } catch (error) {
    database.close();
    if (isBusy(error)) return undefined;
    throw error;
  }
  held.add(database);
  return () => {
    if (held.delete(database)) database.close();
  };
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY;
}
