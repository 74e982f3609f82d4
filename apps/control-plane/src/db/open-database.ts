import type pg from 'pg';
import type { Config } from '../config.ts';
import {
  borrowEmbeddedPostgres,
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from './embedded/index.ts';

export interface OpenDatabase {
  readonly config: pg.ClientConfig;
  /** Resolves when an embedded server ended by itself; never for a server of DATABASE_URL. */
  readonly lost: Promise<Error>;
  close(): Promise<void>;
}

/**
 * The server that DATABASE_URL names, or the embedded one.
 * @throws EmbeddedPostgresError
 */
export async function openDatabase(
  config: Pick<Config, 'databaseUrl' | 'dataDir'>,
  log: (message: string) => void,
  holder: string,
): Promise<OpenDatabase> {
  if (config.databaseUrl) return external(config.databaseUrl);
  return embedded(await startEmbeddedPostgres({ dataDir: config.dataDir, log, holder }));
}

/** For the operator's commands, beside a running control plane or without one. */
export async function borrowDatabase(
  config: Pick<Config, 'databaseUrl' | 'dataDir'>,
  log: (message: string) => void,
): Promise<OpenDatabase> {
  if (config.databaseUrl) return external(config.databaseUrl);
  return embedded(await borrowEmbeddedPostgres({ dataDir: config.dataDir, log }));
}

function external(connectionString: string): OpenDatabase {
  return {
    config: { connectionString },
    lost: new Promise(() => undefined),
    close: async () => undefined,
  };
}

function embedded(server: EmbeddedPostgres): OpenDatabase {
  return {
    config: { ...server.connection, ssl: false },
    lost: server.lost,
    close: () => server.stop(),
  };
}
