import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { EmbeddedOptions, EmbeddedPostgres } from './embedded-postgres.ts';
import { EmbeddedPostgresError, toEmbeddedPostgresError } from './embedded-postgres-error.ts';
import { tryLock } from './file-lock.ts';
import { poll } from './poll.ts';
import { type Place, preparePlace } from './prepare-place.ts';
import { serve } from './serve.ts';

/** The kernel takes a moment to end a process that was killed, and only then lets go of its lock. */
const HOLDER_DYING_MS = 1_000;

/**
 * Starts the PostgreSQL of the data folder as a child process; it ends with this process, whatever
 * ends that. Throws EmbeddedPostgresError, its message a sentence that a person can act on.
 */
export async function startEmbeddedPostgres(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const dataDir = resolve(options.dataDir);
  try {
    const place = await preparePlace(dataDir, options.log);
    const release = await poll(() => tryLock(place.lock), HOLDER_DYING_MS);
    if (!release) throw await refusal(dataDir, place);
    return await serve(place, release, options);
  } catch (error) {
    throw toEmbeddedPostgresError(error, `start the embedded PostgreSQL of "${dataDir}"`);
  }
}

async function refusal(dataDir: string, place: Place): Promise<EmbeddedPostgresError> {
  const holder = await readFile(place.holder, 'utf8').catch(() => 'just starting');
  return new EmbeddedPostgresError(
    'held',
    `The data folder "${dataDir}" is in use by another Tollkeeper process (${holder}). ` +
      'Stop that one, or, to run several, set DATABASE_URL to a PostgreSQL server that they share.',
  );
}
