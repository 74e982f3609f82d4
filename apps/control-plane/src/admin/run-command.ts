import { randomBytes } from 'node:crypto';
import { createInterface } from 'node:readline';
import { type Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { ConfigError, readConfig } from '../config.ts';
import { connect } from '../db/connect.ts';
import { readSchemaState, type SchemaState } from '../db/migrate.ts';
import { borrowDatabase } from '../db/open-database.ts';
import { DomainError } from '../domain-error.ts';
import { waitUntilAppliedElsewhere } from '../replication/lease.ts';
import { createNotifier } from '../replication/notifier.ts';
import { runningServersFolder } from '../server-records.ts';
import { describeStartError } from '../start-error.ts';
import type { WriteServices } from '../write/write.ts';
import { type ParsedCommand, parseCommand, USAGE } from './command.ts';
import { type FoundServer, findServer, ServerNotFound } from './find-server.ts';

/** Those of the command line, which passes them on. */
const EXIT_CODES = new Map<string, number>([
  ['not_found', 5],
  ['invalid_state', 6],
  ['validation_failed', 9],
]);

const DEFAULT_DATA_DIR = './data';

/** What a command has of the process that runs it. */
interface CommandProcess {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: PasswordInput;
  readonly stdout: Pick<Writable, 'write'>;
  readonly stderr: Pick<Writable, 'write'>;
}

/** Runs an operator's command. @returns the exit code of the process */
export async function runCommand(
  args: readonly string[],
  { env, stdin, stdout, stderr }: CommandProcess,
): Promise<number> {
  const command = parseCommand(args, () => readPassword(stdin, stderr));
  if (!command) {
    stderr.write(`${USAGE}\n`);
    return 2;
  }
  try {
    const where = whereToLook(command, env);
    const server = await findServer(where);
    if (where.dataDir === undefined && server.baseUrl !== undefined && !command.json) {
      stderr.write(`Using the server at ${server.baseUrl} (data in ${server.dataDir}).\n`);
    }
    const { answer, sentence } = await onDatabase(server, (services) =>
      command.run(services, readConfig(env).baseUrl ?? server.baseUrl),
    );
    stdout.write(`${command.json ? JSON.stringify(answer) : sentence}\n`);
    return 0;
  } catch (error) {
    const { code, message, exitCode } = explain(error, env);
    stderr.write(`${command.json ? JSON.stringify({ code, message, exitCode }) : message}\n`);
    return exitCode;
  }
}

/** What an operator names by an option wins over the environment. */
function whereToLook({ dataDir }: ParsedCommand, env: CommandProcess['env']) {
  const { databaseUrl } = readConfig(env);
  return {
    dataDir: dataDir ?? (env.TOLLKEEPER_DATA_DIR || undefined),
    databaseUrl: dataDir === undefined ? databaseUrl : undefined,
    runningServersFolder: runningServersFolder(env),
    defaultDataDir: DEFAULT_DATA_DIR,
  };
}

interface Explained {
  readonly code: string;
  readonly message: string;
  readonly exitCode: number;
}

function explain(error: unknown, env: CommandProcess['env']): Explained {
  if (error instanceof DomainError) {
    const { code, message } = error;
    return { code, message, exitCode: EXIT_CODES.get(code) ?? 1 };
  }
  if (error instanceof ServerNotFound) {
    return { code: 'server_not_found', message: error.message, exitCode: 5 };
  }
  if (error instanceof ConfigError) {
    return { code: 'usage', message: error.message, exitCode: 2 };
  }
  // A configuration that cannot be read was explained above.
  const sentence = describeStartError(error, readConfig(env));
  if (sentence !== undefined) return { code: 'unavailable', message: sentence, exitCode: 8 };
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { code: 'unexpected', message: text, exitCode: 1 };
}

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
async function onDatabase<T>(
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

interface PasswordInput extends Readable {
  readonly isTTY?: boolean;
}

/** All of standard input without its last line break; on a terminal, one line that is not shown. */
export async function readPassword(
  stdin: PasswordInput,
  stderr: Pick<Writable, 'write'>,
): Promise<string> {
  if (!stdin.isTTY) return (await text(stdin)).replace(/\r?\n$/, '');
  stderr.write('New password (it is not shown): ');
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: stdin, output: nowhere, terminal: true, historySize: 0 });
  try {
    // Ends without a line at Ctrl-D and Ctrl-C.
    for await (const line of lines) return line;
    return '';
  } finally {
    lines.close();
    stderr.write('\n');
  }
}
