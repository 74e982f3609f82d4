import type { Writable } from 'node:stream';
import { ConfigError, readConfig } from '../config.ts';
import { EmbeddedPostgresError } from '../db/embedded/index.ts';
import { DomainError } from '../domain-error.ts';
import { runningServersFolder } from '../running-servers.ts';
import { type ParsedCommand, parseCommand, USAGE } from './command.ts';
import { findServer, ServerNotFound } from './find-server.ts';
import { onDatabase } from './on-database.ts';
import { type PasswordInput, readPassword } from './read-password.ts';

/** Those of the command line, which passes them on. */
const EXIT_CODES = new Map<string, number>([
  ['not_found', 5],
  ['invalid_state', 6],
  ['validation_failed', 9],
]);

const DEFAULT_DATA_DIR = './data';

/** What a command has of the process that runs it. */
export interface CommandProcess {
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
    const { code, message, exitCode } = explain(error);
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

function explain(error: unknown): { code: string; message: string; exitCode: number } {
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
  if (error instanceof EmbeddedPostgresError) {
    return { code: 'unavailable', message: error.message, exitCode: 8 };
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { code: 'unexpected', message: text, exitCode: 1 };
}
