import { randomBytes } from 'node:crypto';
import { connect } from '../db/connect.ts';
import { readSchemaState, type SchemaState } from '../db/migrate.ts';
import { borrowDatabase } from '../db/open-database.ts';
import { waitUntilAppliedElsewhere } from '../replication/lease.ts';
import { createNotifier } from '../replication/notifier.ts';
import type { WriteServices } from '../write/write.ts';
import { type FoundServer, ServerNotFound } from './find-server.ts';

const WHY_NOT: Readonly<Record<Exclude<SchemaState, 'current'>, string>> = {
  none: 'holds no Tollkeeper data',
  older: 'is of an older version; start the server of this version once, which updates it',
  newer: 'is of a newer version; run the command of that version',
};

/**
 * Runs an operator's command on the database of a server, whether the server runs or not. Neither
 * creates a database nor updates its schema: that is the server's own to do.
 * @throws ServerNotFound, EmbeddedPostgresError, and what the command throws
 */
export async function onDatabase<T>(
  server: FoundServer,
  work: (services: WriteServices) => Promise<T>,
): Promise<T> {
  const database = await borrowDatabase(server, () => undefined);
  try {
    const state = await readSchemaState(database.config);
    if (state !== 'current') {
      const name = server.databaseUrl === undefined ? `in "${server.dataDir}"` : 'of DATABASE_URL';
      throw new ServerNotFound(`The database ${name} ${WHY_NOT[state]}.`);
    }
    const connection = connect(database.config, 2, () => undefined);
    try {
      const { db } = connection;
      const notifier = createNotifier(db, 'admin');
      const changeFeed = {
        waitUntilApplied: (changeId: number) => waitUntilAppliedElsewhere(db, notifier, changeId),
      };
      return await work({ db, clock: () => new Date(), randomBytes, changeFeed });
    } finally {
      await connection.end();
    }
  } finally {
    await database.close();
  }
}
