import { resolve } from 'node:path';
import { hasCluster } from '../db/embedded/index.ts';
import { findRunningServers, type RunningServer } from '../server-records.ts';

/** Where the operator's commands look for a server. */
interface Where {
  /** `--data-dir`, else TOLLKEEPER_DATA_DIR. */
  readonly dataDir: string | undefined;
  readonly databaseUrl: string | undefined;
  /** Holds the records of the servers that run. */
  readonly runningServersFolder: string;
  /** What a server without configuration takes. */
  readonly defaultDataDir: string;
}

export interface FoundServer {
  readonly dataDir: string;
  readonly databaseUrl: string | undefined;
  /** The address of the server, if it runs. */
  readonly baseUrl: string | undefined;
}

/** The server is not clear from the options; the message says which option to add. */
export class ServerNotFound extends Error {
  override readonly name = 'ServerNotFound';
}

/**
 * The server that an operator means: the one that was named, else the one that runs, else the one
 * in the default data folder. Creates nothing.
 * @throws ServerNotFound
 */
export async function findServer(where: Where): Promise<FoundServer> {
  const { databaseUrl } = where;
  const running = findRunningServers(where.runningServersFolder);
  if (databaseUrl !== undefined) {
    return {
      dataDir: resolve(where.dataDir ?? where.defaultDataDir),
      databaseUrl,
      baseUrl: undefined,
    };
  }
  if (where.dataDir !== undefined) return inFolder(resolve(where.dataDir), running);
  const candidates = await withDefault(resolve(where.defaultDataDir), running);
  const [only] = candidates;
  if (!only) {
    throw new ServerNotFound(
      `No Tollkeeper server of this user is running, and there is no database in "${resolve(where.defaultDataDir)}". ${GIVE}`,
    );
  }
  if (candidates.length > 1) {
    throw new ServerNotFound(
      `There are several Tollkeeper servers: ${candidates.map(nameOf).join(', ')}. ${GIVE}`,
    );
  }
  return found(only);
}

type Candidate = Omit<RunningServer, 'pid' | 'baseUrl'> & Pick<FoundServer, 'baseUrl'>;

function nameOf({ dataDir, baseUrl, hasDatabaseUrl }: Candidate): string {
  return `${hasDatabaseUrl ? 'with DATABASE_URL' : dataDir} (${baseUrl ?? 'not running'})`;
}

const GIVE =
  'Name the data folder of your server with --data-dir, or set DATABASE_URL as the server does.';

async function inFolder(dataDir: string, running: readonly RunningServer[]): Promise<FoundServer> {
  const server = running.find((each) => each.dataDir === dataDir);
  if (server) return found(server);
  if (await hasCluster(dataDir)) return { dataDir, databaseUrl: undefined, baseUrl: undefined };
  throw new ServerNotFound(`There is no Tollkeeper database in "${dataDir}". ${GIVE}`);
}

async function withDefault(
  dataDir: string,
  running: readonly RunningServer[],
): Promise<readonly Candidate[]> {
  const isRunning = running.some((each) => each.dataDir === dataDir);
  if (isRunning || !(await hasCluster(dataDir))) return running;
  return [...running, { dataDir, hasDatabaseUrl: false, baseUrl: undefined }];
}

/** The password in the URL of a database is the operator's to give. */
function found({ dataDir, baseUrl, hasDatabaseUrl }: Candidate): FoundServer {
  if (hasDatabaseUrl) {
    throw new ServerNotFound(
      `The server at ${baseUrl} keeps its data in the database that its DATABASE_URL names. Set DATABASE_URL to the same.`,
    );
  }
  return { dataDir, databaseUrl: undefined, baseUrl };
}
